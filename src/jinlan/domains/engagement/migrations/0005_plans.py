"""Account plans by version, their actions, readings and reviews."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0004_rhythm"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountPlan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "起草中"),
                            ("in_force", "执行中"),
                            ("replaced", "已被新版取代"),
                            ("closed", "已结束"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("entries", models.JSONField(default=list)),
                ("shared", models.JSONField(default=list)),
                ("content", models.CharField(max_length=64)),
                ("edition", models.IntegerField(default=1)),
                ("made_by", models.CharField(max_length=64)),
                ("made_name", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "checked_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), db_default=[], default=list, size=None
                    ),
                ),
                ("approved_at", models.DateTimeField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["entity", "state"], name="plan_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit_id", "number"), name="plan_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")), fields=("unit_id",), name="plan_one_draft"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_force")),
                        fields=("unit_id",),
                        name="plan_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="plan_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_at", None),
                                ("checked_by", []),
                                ("state__in", ("draft", "withdrawn")),
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("checked_by__len__gte", 2),
                                ("state__in", ("in_force", "replaced", "closed")),
                            ),
                            _connector="OR",
                        ),
                        name="plan_approved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanReading",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("objective", models.UUIDField()),
                ("read_on", models.DateField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=24)),
                ("evidence", models.CharField(max_length=500)),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["unit_id", "objective", "-read_on", "-id"], name="plan_reading_newest"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanAction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("entry", models.UUIDField()),
                ("objective", models.UUIDField(null=True)),
                ("side", models.CharField(choices=[("bank", "我行"), ("client", "客户")], max_length=8)),
                ("text", models.CharField(max_length=300)),
                ("owner", models.CharField(max_length=64)),
                ("since", models.DateField()),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "进行中"), ("done", "已完成"), ("dropped", "已取消")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("closed_on", models.DateField(null=True)),
                ("closed_by", models.CharField(blank=True, default="", max_length=64)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="engagement.accountplan",
                    ),
                ),
                (
                    "promise",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="engagement.promise",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["entity", "owner", "state", "due_on"], name="plan_action_owner")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("unit_id", "entry"), name="plan_action_once"),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("since"))), name="plan_action_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at", None), ("closed_by", ""), ("closed_on", None), ("state", "open")
                            ),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                models.Q(("closed_by", ""), _negated=True),
                                ("closed_at__isnull", False),
                                ("closed_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="plan_action_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanReview",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("held_on", models.DateField()),
                ("minutes", models.CharField(max_length=4000)),
                ("decisions", models.CharField(blank=True, default="", max_length=2000)),
                (
                    "staff",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), size=None
                    ),
                ),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                ("health", models.CharField(max_length=8)),
                ("reached", models.JSONField(default=list)),
                ("next_on", models.DateField(null=True)),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="engagement.accountplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["unit_id", "-held_on", "-id"], name="plan_review_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("staff__len__gte", 1)), name="plan_review_has_staff"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_on", None), ("next_on__gt", models.F("held_on")), _connector="OR"
                        ),
                        name="plan_review_next",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("domains.engagement", "plans.sql"), migrations.RunSQL.noop),
    ]
