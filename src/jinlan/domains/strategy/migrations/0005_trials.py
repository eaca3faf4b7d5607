"""Dry runs are kept under a name."""

import django.contrib.postgres.functions
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0004_version_states"),
        ("kernel", "0010_sealing_anew"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "public_id",
                    models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True),
                ),
                ("entity", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=60)),
                ("version", models.CharField(max_length=20)),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("base_version", models.CharField(max_length=20)),
                ("base_body", models.TextField()),
                ("as_of", models.DateField()),
                ("run_id", models.BigIntegerField()),
                ("figures", models.JSONField()),
                ("steadiness", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "计算中"), ("done", "完成"), ("failed", "没有算成")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("made_by", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "kind", "name"), name="trial_name_unique")
                ],
            },
        ),
        migrations.RunSQL(sql("domains.strategy", "trials.sql"), migrations.RunSQL.noop),
    ]
