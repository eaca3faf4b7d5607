"""Leads that heads decided on, behind their policies from the start."""

from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0003_party_keys"),
        ("kernel", "0010_sealing_anew"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("before", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("after", models.CharField(max_length=64)),
                ("effective_on", models.DateField()),
                ("reason", models.CharField(max_length=500)),
                ("decided_by", models.CharField(max_length=64)),
                ("decided_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                ("withdrawn_by", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["unit_id", "-effective_on"], name="lead_change_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("unit_id", "effective_on"),
                        name="lead_change_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after", models.F("before")), _negated=True),
                        name="lead_change_changes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at", None), ("withdrawn_by", "")),
                            models.Q(
                                models.Q(("withdrawn_by", ""), _negated=True), ("withdrawn_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="lead_change_withdrawn",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("clients", "lead_changes.sql"), migrations.RunSQL.noop),
    ]
