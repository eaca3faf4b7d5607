"""Hand-overs, behind their policies from the start."""

from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0001_people_interactions_promises"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("LEAD", "主办"),
                            ("ASSIST", "协办"),
                            ("PRODUCT", "产品"),
                            ("RISK", "风险"),
                            ("SERVICE", "服务"),
                            ("SPONSOR", "分管领导"),
                        ],
                        max_length=8,
                    ),
                ),
                ("giver", models.CharField(max_length=64)),
                ("taker", models.CharField(max_length=64)),
                ("giver_id", models.BigIntegerField(null=True)),
                ("taker_id", models.BigIntegerField(null=True)),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("RESIGN", "离职"),
                            ("ROTATE", "轮岗"),
                            ("LEAVE", "长期离岗"),
                            ("TIER", "层级变化"),
                            ("CONFLICT", "利益冲突回避"),
                        ],
                        max_length=8,
                    ),
                ),
                ("effective_on", models.DateField()),
                ("reason", models.CharField(max_length=500)),
                ("batch", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "办理中"),
                            ("signed", "已移交"),
                            ("closed", "已了结"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("called", models.CharField(max_length=200)),
                ("sensitive", models.CharField(blank=True, default="", max_length=500)),
                ("pack", models.JSONField(default=dict)),
                ("pack_hash", models.CharField(max_length=64)),
                ("packed_at", models.DateTimeField()),
                ("checklist", models.JSONField(default=dict)),
                ("complaints", models.JSONField(default=dict)),
                ("giver_signed_at", models.DateTimeField(null=True)),
                ("giver_absent", models.CharField(blank=True, default="", max_length=500)),
                ("taker_signed_at", models.DateTimeField(null=True)),
                ("supervisor_id", models.BigIntegerField(null=True)),
                ("supervisor", models.CharField(blank=True, default="", max_length=64)),
                ("supervisor_name", models.CharField(blank=True, default="", max_length=100)),
                ("supervisor_signed_at", models.DateTimeField(null=True)),
                ("introduce_by", models.DateField(null=True)),
                ("dispute_until", models.DateField(null=True)),
                ("shadow_until", models.DateField(null=True)),
                ("shadow_share", models.DecimalField(decimal_places=8, max_digits=12, null=True)),
                ("carried_at", models.DateTimeField(null=True)),
                ("carried", models.JSONField(default=dict)),
                ("issues", models.JSONField(default=list)),
                ("made_by", models.CharField(max_length=64)),
                ("made_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                ("closed_on", models.DateField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["unit_id", "-at"], name="hand_over_newest"),
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["taker_id"], name="hand_over_taker"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("unit_id", "role", "giver"),
                        name="hand_over_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supervisor_id", None),
                            models.Q(
                                models.Q(
                                    ("giver_id", None),
                                    models.Q(("supervisor_id", models.F("giver_id")), _negated=True),
                                    _connector="OR",
                                ),
                                models.Q(
                                    ("taker_id", None),
                                    models.Q(("supervisor_id", models.F("taker_id")), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="hand_over_supervised",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("signed", "closed")), _negated=True),
                            models.Q(
                                ("dispute_until__isnull", False),
                                ("giver_signed_at__isnull", False),
                                ("supervisor_id__isnull", False),
                                ("supervisor_signed_at__isnull", False),
                                ("taker_signed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="hand_over_signed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            ("closed_on__gt", models.F("dispute_until")),
                            _connector="OR",
                        ),
                        name="hand_over_closed",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("domains.engagement", "handover.sql"), migrations.RunSQL.noop),
    ]
