"""Definitions and overrides, behind their policies from the start."""

from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_people_scope_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="DefinitionVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=8)),
                ("version", models.CharField(max_length=20)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("approved_by", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entity", "kind", "version"), name="definition_version_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("unit_code", models.CharField(max_length=80)),
                ("tier", models.CharField(max_length=12)),
                (
                    "reason_code",
                    models.CharField(
                        choices=[
                            ("INDUSTRY", "战略行业"),
                            ("MANDATE", "政府任务"),
                            ("SYNERGY", "集团协同"),
                            ("RELATIONSHIP", "关系维护"),
                        ],
                        max_length=12,
                    ),
                ),
                ("evidence", models.CharField(max_length=500)),
                ("proposer", models.CharField(max_length=64)),
                ("checker", models.CharField(max_length=64)),
                ("approver", models.CharField(max_length=64)),
                ("valid_from", models.DateField()),
                ("expires", models.DateField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires__gt", models.F("valid_from"))), name="override_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposer", models.F("approver")), _negated=True),
                            models.Q(("proposer", models.F("checker")), _negated=True),
                            models.Q(("checker", models.F("approver")), _negated=True),
                        ),
                        name="override_three_people",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("domains.strategy", "policies.sql"), migrations.RunSQL.noop),
    ]
