"""Targets, what is credited against them, and what was achieved; behind their policies from the start."""

import django.contrib.postgres.fields
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0007_committee"),
    ]

    operations = [
        migrations.CreateModel(
            name="Achieved",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("month", models.DateField()),
                ("metric", models.CharField(max_length=8)),
                ("employee", models.CharField(blank=True, max_length=64)),
                ("branch", models.CharField(max_length=64)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=24)),
                ("units", models.IntegerField()),
                ("not_measured", models.IntegerField()),
                ("run_id", models.BigIntegerField()),
                ("before_id", models.BigIntegerField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entity", "month", "metric", "employee", "branch"), name="achieved_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Credit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("month", models.DateField()),
                ("metric", models.CharField(max_length=8)),
                ("employee", models.CharField(blank=True, max_length=64)),
                ("branch", models.CharField(max_length=64)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=24)),
                ("share", models.DecimalField(decimal_places=8, max_digits=12)),
                ("run_id", models.BigIntegerField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["entity", "month", "metric"], name="credit_month")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit_id", "month", "metric", "employee"), name="credit_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gte", 0), ("share__lte", 1)), name="credit_share"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("year", models.SmallIntegerField()),
                ("metric", models.CharField(max_length=8)),
                ("owner_kind", models.CharField(max_length=8)),
                ("owner", models.CharField(blank=True, max_length=64)),
                ("parent_kind", models.CharField(blank=True, max_length=8)),
                ("parent", models.CharField(blank=True, max_length=64)),
                (
                    "months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=2, max_digits=24), size=None
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("edition", models.IntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(max_length=64)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["entity", "year", "metric", "parent_kind", "parent"], name="target_children"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entity", "year", "metric", "owner_kind", "owner"), name="target_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("months__len", 12)), name="target_twelve_months"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("owner", ""), ("owner_kind", "BANK"), ("parent", ""), ("parent_kind", "")
                            ),
                            models.Q(("owner_kind", "BRANCH"), ("parent_kind__in", ["BANK", "BRANCH"])),
                            models.Q(("owner_kind", "EMPLOYEE"), ("parent_kind", "BRANCH")),
                            _connector="OR",
                        ),
                        name="target_tree",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("domains.strategy", "targets.sql"), migrations.RunSQL.noop),
    ]
