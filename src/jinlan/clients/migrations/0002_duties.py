"""The resolver knows three administrators; none of them reads branches, employees or deputies."""

from django.db import migrations

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_directory_vault_coverage"), ("kernel", "0005_three_administrators")]

    operations = [
        migrations.RunSQL(sql("clients", "duties.sql"), migrations.RunSQL.noop),
    ]
