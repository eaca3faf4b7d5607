"""The system seals the secrets of webhooks anew when the vault has a new key."""

from django.db import migrations

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [("kernel", "0009_jobs")]

    operations = [migrations.RunSQL(sql("kernel", "sealing_anew.sql"), migrations.RunSQL.noop)]
