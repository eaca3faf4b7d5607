"""Proposals about teams, behind their policies from the start."""

from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0006_teams"),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamProposal",
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
                ("before", models.CharField(blank=True, default="", max_length=64)),
                ("after", models.CharField(blank=True, max_length=64)),
                ("share", models.DecimalField(decimal_places=8, max_digits=12, null=True)),
                ("effective_on", models.DateField()),
                ("reason", models.CharField(max_length=500)),
                ("called", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待本人确认"),
                            ("agreed", "待决定"),
                            ("declined", "本人未接受"),
                            ("decided", "已通过"),
                            ("refused", "未通过"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("made_id", models.BigIntegerField()),
                ("made_by", models.CharField(max_length=64)),
                ("made_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                ("asked_id", models.BigIntegerField(null=True)),
                (
                    "conflict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NONE", "无利益冲突"),
                            ("FAMILY", "亲属在客户任职"),
                            ("SHARES", "持有客户权益"),
                            ("POST", "在客户兼职"),
                            ("DEBT", "与客户有个人债权债务"),
                            ("OTHER", "其他"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("answer", models.CharField(blank=True, default="", max_length=500)),
                ("answered_at", models.DateTimeField(null=True)),
                ("decided_id", models.BigIntegerField(null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=64)),
                ("decided_name", models.CharField(blank=True, default="", max_length=100)),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["unit_id", "-at"], name="team_proposal_newest"),
                    models.Index(
                        condition=models.Q(("state", "asked")),
                        fields=["asked_id"],
                        name="team_proposal_asked",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "agreed"))),
                        fields=("unit_id", "role", "before", "after"),
                        name="team_proposal_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after", models.F("before")), _negated=True),
                        name="team_proposal_changes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("after", ""), ("role", "LEAD"), _negated=True),
                        name="team_proposal_leads",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("share", None), models.Q(("share__gte", 0), ("share__lte", 1)), _connector="OR"
                        ),
                        name="team_proposal_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_id", None),
                            models.Q(
                                models.Q(("decided_id", models.F("made_id")), _negated=True),
                                models.Q(
                                    ("asked_id", None),
                                    models.Q(("decided_id", models.F("asked_id")), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="team_proposal_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("decided", "refused")), _negated=True),
                            models.Q(("decided_at__isnull", False), ("decided_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="team_proposal_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_id", None),
                            ("state__in", ("asked", "declined", "withdrawn")),
                            models.Q(("conflict", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="team_proposal_answered",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("clients", "proposals.sql"), migrations.RunSQL.noop),
    ]
