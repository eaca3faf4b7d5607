"""A data key per client, under which his identifiers are sealed."""

import django.db.models.deletion
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [("clients", "0002_duties")]

    operations = [
        migrations.CreateModel(
            name="PartyKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                (
                    "party",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.party"
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.RunSQL(sql("clients", "data_keys.sql"), migrations.RunSQL.noop),
    ]
