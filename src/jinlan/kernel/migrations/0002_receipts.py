"""What acts leave beside their audit: a receipt per idempotency key; and who may write which rows."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_people_scope_audit")]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("act", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=64)),
                ("payload_hash", models.CharField(max_length=64)),
                ("result", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "act", "key"), name="receipt_unique")
                ],
            },
        ),
        migrations.RunSQL(sql("kernel", "writing.sql"), migrations.RunSQL.noop),
    ]
