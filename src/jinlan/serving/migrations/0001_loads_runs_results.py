"""Loads, runs and published results, behind their policies from the start."""

import django.db.models.deletion
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_people_scope_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="Load",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("from_date", models.DateField(null=True)),
                ("delivery", models.IntegerField(default=1)),
                ("load_version", models.IntegerField(default=1)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("source", models.CharField(blank=True, max_length=500)),
                ("status", models.CharField(max_length=10)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("touched_from", models.DateField(null=True)),
                ("versions", models.JSONField(default=dict)),
                ("tables", models.JSONField(default=list)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="LoadCheck",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("table", models.CharField(max_length=40)),
                ("level", models.CharField(max_length=1)),
                ("code", models.CharField(max_length=40)),
                ("count", models.BigIntegerField()),
                ("detail", models.CharField(max_length=500)),
                ("hint", models.CharField(blank=True, max_length=300)),
                (
                    "load",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="serving.load"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("table", models.CharField(max_length=40)),
                ("row", models.BigIntegerField()),
                ("key", models.CharField(max_length=200)),
                ("column", models.CharField(max_length=60)),
                ("value", models.CharField(max_length=200)),
                ("code", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=300)),
                ("hint", models.CharField(blank=True, max_length=300)),
                (
                    "load",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantine",
                        to="serving.load",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("definitions", models.JSONField(default=dict)),
                ("status", models.CharField(max_length=10)),
                ("steps", models.JSONField(default=list)),
                ("counts", models.JSONField(default=dict)),
                ("changes", models.JSONField(default=dict)),
                ("files", models.JSONField(default=dict)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "load",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="serving.load"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="RestrictedGate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("unit_id", models.BigIntegerField()),
                ("code", models.CharField(max_length=40)),
                ("detail", models.JSONField(default=dict)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="serving.run"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit_id", "as_of", "code"), name="restricted_gate_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedDate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("month_end", models.BooleanField()),
                ("latest", models.BooleanField(default=False)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="serving.run"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "as_of"), name="published_date_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberResult",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("unit_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("unit_branch_id", models.BigIntegerField()),
                ("aum", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("loan", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("revenue_12m", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("measures", models.JSONField(default=dict)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="serving.run"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit_id", "party_id", "as_of"), name="member_result_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitResult",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("pinyin_key", models.CharField(blank=True, max_length=400)),
                ("score", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("rank", models.IntegerField(null=True)),
                ("rank_n", models.IntegerField(null=True)),
                ("computed_tier", models.CharField(blank=True, max_length=12)),
                ("proposed_tier", models.CharField(max_length=12, null=True)),
                ("effective_tier", models.CharField(blank=True, max_length=12)),
                ("tier_level", models.SmallIntegerField(default=0)),
                ("tier_state", models.CharField(max_length=14)),
                ("tier_since", models.DateField(null=True)),
                ("tier_source", models.CharField(blank=True, max_length=14)),
                ("gates", models.CharField(blank=True, max_length=200)),
                ("managed", models.BooleanField(db_default=True, default=True)),
                ("aum", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("aum_avg_12m", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("deposit_avg_12m", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("loan", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("revenue_12m", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("settlement_12m", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("limit", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("limit_used", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("overdue", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("growth", models.DecimalField(decimal_places=8, max_digits=12, null=True)),
                ("potential", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("next_maturity", models.DateField(null=True)),
                ("five_tier_worst", models.SmallIntegerField(null=True)),
                ("measures", models.JSONField(default=dict)),
                ("detail", models.JSONField(default=dict)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="serving.run"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        models.F("as_of"),
                        models.OrderBy(models.F("tier_level"), descending=True),
                        models.OrderBy(models.F("score"), descending=True, nulls_last=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="result_list",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("unit_id", "as_of"), name="unit_result_unique")
                ],
            },
        ),
        migrations.RunSQL(sql("serving", "policies.sql"), migrations.RunSQL.noop),
    ]
