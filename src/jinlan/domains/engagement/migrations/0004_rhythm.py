"""The rhythm of every client: written by the nightly refresh alone."""

from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0003_changed_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rhythm",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                (
                    "channel",
                    models.CharField(
                        choices=[("ALL", "全部往来"), ("FACE", "面访"), ("CALL", "电话或视频")], max_length=4
                    ),
                ),
                ("as_of", models.DateField()),
                ("run_id", models.BigIntegerField()),
                ("rule", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[("unknown", "节奏未知"), ("steady", "如常"), ("silent", "沉默")],
                        max_length=8,
                    ),
                ),
                ("suppressed", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("gaps", models.IntegerField(default=0)),
                ("median", models.DecimalField(decimal_places=1, max_digits=6, null=True)),
                ("limit_days", models.IntegerField(null=True)),
                ("last_on", models.DateField(null=True)),
                ("expected_on", models.DateField(null=True)),
                ("silent_days", models.IntegerField(default=0)),
                ("as_long", models.IntegerField(default=0)),
                ("lead", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("evidence", models.JSONField(default=dict)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["entity", "channel", "state"], name="rhythm_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit_id", "channel"), name="rhythm_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ("FACE", "CALL", "ALL")),
                            ("state__in", ("unknown", "steady", "silent")),
                            ("suppressed__in", ["", "NOT_BEFORE", "LEAVE", "HOLIDAY"]),
                        ),
                        name="rhythm_codes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("limit_days", None), ("median", None), ("state", "unknown")),
                            models.Q(
                                models.Q(("state", "unknown"), _negated=True),
                                ("last_on__isnull", False),
                                ("limit_days__isnull", False),
                                ("median__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="rhythm_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("as_long__gte", 0), ("as_long__lte", models.F("gaps")), ("silent_days__gte", 0)
                        ),
                        name="rhythm_counts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("domains.engagement", "rhythm.sql"), migrations.RunSQL.noop),
    ]
