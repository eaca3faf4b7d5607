"""Obligations of the service charter, behind their policies from the start."""

from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0005_trials"),
        ("kernel", "0008_saved_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="CharterRefresh",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("measured", models.JSONField(default=dict)),
                ("unmeasured", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "as_of"), name="charter_refresh_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LeaveAlone",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("ended_on", models.DateField(null=True)),
                ("reason", models.CharField(max_length=500)),
                ("person_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["unit_id", "-since"], name="leave_alone_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("since"))), name="leave_alone_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("since")), _connector="OR"
                        ),
                        name="leave_alone_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Obligation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("tier", models.CharField(max_length=12)),
                ("version", models.CharField(max_length=20)),
                ("opens", models.DateField()),
                ("due_on", models.DateField()),
                ("kept_on", models.DateField(null=True)),
                ("lead", models.CharField(blank=True, max_length=64)),
                ("excuse_code", models.CharField(blank=True, db_default="", default="", max_length=16)),
                ("excuse_evidence", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("excuse_asked_by", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("excused_by", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("excused_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["entity", "due_on"], name="obligation_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit_id", "kind", "opens"), name="obligation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gt", models.F("opens"))), name="obligation_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept_on__isnull", True),
                            models.Q(
                                ("kept_on__gt", models.F("opens")), ("kept_on__lte", models.F("due_on"))
                            ),
                            _connector="OR",
                        ),
                        name="obligation_kept_inside",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("excuse_code", ""), ("excused_at__isnull", True), ("excused_by", "")),
                            models.Q(
                                models.Q(("excuse_code", ""), _negated=True),
                                models.Q(("excused_by", ""), _negated=True),
                                models.Q(("excused_by", models.F("excuse_asked_by")), _negated=True),
                                ("excused_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="obligation_excused_by_another",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("domains.strategy", "charter.sql"), migrations.RunSQL.noop),
    ]
