"""Opportunities with their steps, and what the bank's own history says of them."""

import django.db.models.deletion
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0005_plans"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opportunity",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("title", models.CharField(max_length=200)),
                (
                    "product",
                    models.CharField(
                        choices=[
                            ("DEPOSIT", "存款"),
                            ("LOAN", "贷款"),
                            ("WEALTH", "理财"),
                            ("FUND", "基金"),
                            ("INSURANCE", "保险"),
                            ("TRUST", "信托"),
                            ("BOND", "债券"),
                            ("FX", "外汇"),
                            ("TRADE", "贸易融资"),
                            ("PAYMENT", "支付结算"),
                            ("CUSTODY", "托管"),
                            ("ADVISORY", "顾问"),
                            ("CARD", "银行卡"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=24)),
                ("currency", models.CharField(max_length=3)),
                ("margin", models.DecimalField(decimal_places=8, max_digits=12)),
                ("closes_on", models.DateField()),
                ("first_closes_on", models.DateField()),
                ("pushes", models.IntegerField(default=0)),
                ("pushed_days", models.IntegerField(default=0)),
                ("owner", models.CharField(max_length=64)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("CLIENT", "客户提出"),
                            ("VISIT", "拜访发现"),
                            ("PLAN", "客户发展计划"),
                            ("REFERRAL", "转介绍"),
                            ("CAMPAIGN", "营销活动"),
                            ("SIGNAL", "系统提示"),
                        ],
                        max_length=10,
                    ),
                ),
                ("rival", models.CharField(blank=True, default="", max_length=200)),
                ("objective", models.UUIDField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "跟进中"), ("won", "赢单"), ("lost", "丢单")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("stage", models.SmallIntegerField(default=1)),
                ("furthest", models.SmallIntegerField(default=1)),
                ("stage_since", models.DateField()),
                ("criteria", models.JSONField(default=dict)),
                ("closed_on", models.DateField(null=True)),
                ("won_amount", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("loss", models.CharField(blank=True, default="", max_length=10)),
                ("made_by", models.CharField(max_length=64)),
                ("made_name", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
                ("edition", models.IntegerField(default=1)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["unit_id", "state", "closes_on"], name="opportunity_unit"),
                    models.Index(fields=["entity", "owner", "state", "closes_on"], name="opportunity_owner"),
                    models.Index(
                        fields=["entity", "state", "stage", "closes_on", "id"], name="opportunity_board"
                    ),
                    models.Index(
                        condition=models.Q(("state", "open"), _negated=True),
                        fields=["entity", "closed_on"],
                        name="opportunity_closed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("furthest__range", (1, 5)),
                            ("stage__lte", models.F("furthest")),
                            ("stage__range", (1, 5)),
                        ),
                        name="opportunity_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("margin__gte", 0), ("margin__lte", 1)),
                        name="opportunity_terms",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "loss__in",
                                ["", "PRICE", "LIMIT", "SPEED", "PRODUCT", "RELATION", "POLICY", "CANCELLED"],
                            ),
                            (
                                "product__in",
                                (
                                    "DEPOSIT",
                                    "LOAN",
                                    "WEALTH",
                                    "FUND",
                                    "INSURANCE",
                                    "TRUST",
                                    "BOND",
                                    "FX",
                                    "TRADE",
                                    "PAYMENT",
                                    "CUSTODY",
                                    "ADVISORY",
                                    "CARD",
                                ),
                            ),
                            ("source__in", ("CLIENT", "VISIT", "PLAN", "REFERRAL", "CAMPAIGN", "SIGNAL")),
                        ),
                        name="opportunity_codes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pushed_days", 0), ("pushes", 0)),
                            models.Q(("pushed_days__gte", models.F("pushes")), ("pushes__gt", 0)),
                            _connector="OR",
                        ),
                        name="opportunity_pushes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_on", None), ("loss", ""), ("state", "open"), ("won_amount", None)
                            ),
                            models.Q(
                                ("closed_on__isnull", False),
                                ("loss", ""),
                                ("stage", 5),
                                ("state", "won"),
                                ("won_amount__gt", 0),
                            ),
                            models.Q(
                                models.Q(
                                    ("closed_on__isnull", False), ("state", "lost"), ("won_amount", None)
                                ),
                                models.Q(("loss", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="opportunity_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PipelineMeasure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("kind", models.CharField(choices=[("CHANCE", "赢率"), ("PACE", "阶段用时")], max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "待确认"), ("held", "已生效"), ("dropped", "未采用")],
                        max_length=8,
                    ),
                ),
                ("as_of", models.DateField()),
                ("run", models.UUIDField()),
                ("valid_from", models.DateField(null=True)),
                ("figures", models.JSONField()),
                ("inputs", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, default="", max_length=64)),
                ("decided_name", models.CharField(blank=True, default="", max_length=100)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "kind", "as_of"), name="pipeline_measure_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("entity", "kind"),
                        name="pipeline_one_proposal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "held"), ("valid_from__isnull", False)),
                            models.Q(
                                models.Q(("state", "held"), _negated=True), ("valid_from__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="pipeline_measure_holds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "CHANCE"), _negated=True),
                            models.Q(("decided_at", None), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                models.Q(("decided_by", ""), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="pipeline_measure_decided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpportunityStep",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("opened", "建立"),
                            ("changed", "修改"),
                            ("ticked", "满足条件"),
                            ("unticked", "取消条件"),
                            ("confirmed", "内部批准"),
                            ("advanced", "推进"),
                            ("back", "退回"),
                            ("pushed", "改期"),
                            ("handed", "换人"),
                            ("won", "赢单"),
                            ("lost", "丢单"),
                        ],
                        max_length=10,
                    ),
                ),
                ("stage", models.SmallIntegerField()),
                ("criterion", models.CharField(blank=True, default="", max_length=10)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=24)),
                ("chance", models.DecimalField(decimal_places=8, max_digits=12)),
                ("closes_on", models.DateField()),
                ("owner", models.CharField(max_length=64)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=100)),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="engagement.opportunity",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["opportunity", "at"], name="opportunity_step")],
            },
        ),
        migrations.RunSQL(sql("domains.engagement", "pipeline.sql"), migrations.RunSQL.noop),
    ]
