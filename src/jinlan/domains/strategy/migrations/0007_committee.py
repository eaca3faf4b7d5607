"""The committee, its ballots, and the life of a tier; behind their policies from the start."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0006_charter"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("code", models.CharField(max_length=20)),
                ("day", models.DateField()),
                ("chair_name", models.CharField(max_length=100)),
                ("quorum", models.DecimalField(decimal_places=4, max_digits=5)),
                ("majority", models.DecimalField(decimal_places=4, max_digits=5)),
                (
                    "state",
                    models.CharField(
                        choices=[("called", "已召集"), ("open", "进行中"), ("closed", "已闭会")],
                        default="called",
                        max_length=8,
                    ),
                ),
                ("minutes", models.TextField(blank=True)),
                ("called_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "chair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="AgendaItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("number", models.SmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("DEFINITION", "准入标准"), ("TIER", "层级"), ("OVERRIDE", "人工调整")],
                        max_length=10,
                    ),
                ),
                ("subject", models.CharField(max_length=120)),
                ("title", models.CharField(max_length=200)),
                ("asks", models.CharField(max_length=10)),
                ("unit_id", models.BigIntegerField(null=True)),
                ("unit_code", models.CharField(blank=True, max_length=80)),
                ("case", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "team",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                (
                    "proposers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                (
                    "beneficiaries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("", "待表决"), ("passed", "通过"), ("rejected", "未通过")],
                        max_length=8,
                    ),
                ),
                ("result_note", models.CharField(blank=True, max_length=500)),
                ("counts", models.JSONField(default=dict)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="strategy.meeting",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("person_name", models.CharField(max_length=100)),
                ("username", models.CharField(max_length=64)),
                ("employee", models.CharField(blank=True, max_length=64)),
                ("role", models.CharField(choices=[("chair", "主持"), ("member", "委员")], max_length=8)),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="strategy.meeting",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                (
                    "choice",
                    models.CharField(
                        choices=[("FOR", "同意"), ("AGAINST", "反对"), ("ABSTAIN", "弃权")], max_length=8
                    ),
                ),
                ("conflict", models.CharField(blank=True, max_length=12)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ballots",
                        to="strategy.agendaitem",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ballots",
                        to="strategy.seat",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="TierDecision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("unit_code", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=8)),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("up", "升层"),
                            ("down", "降层"),
                            ("retained", "保留"),
                            ("suspended", "暂停"),
                            ("reinstated", "恢复"),
                            ("closed", "关闭"),
                        ],
                        max_length=12,
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=12)),
                ("after", models.CharField(blank=True, max_length=12)),
                ("since", models.DateField()),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("COMMITTEE", "委员会决定"),
                            ("APPROVED_LIST", "批准名单"),
                            ("AUTOMATIC", "自动规则"),
                            ("OVERRIDE", "人工调整"),
                            ("GATE", "门槛"),
                        ],
                        max_length=14,
                    ),
                ),
                ("as_of", models.DateField()),
                ("evidence", models.JSONField(default=dict)),
                ("meeting_code", models.CharField(blank=True, max_length=20)),
                ("proposer", models.CharField(blank=True, max_length=100)),
                (
                    "approvers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, size=None
                    ),
                ),
                (
                    "letter",
                    models.CharField(
                        blank=True,
                        choices=[("", "无"), ("letter", "告知函"), ("talk", "沟通要点")],
                        max_length=8,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="strategy.agendaitem",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="TierProposal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("unit_code", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=8)),
                ("as_of", models.DateField()),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("up", "拟升"),
                            ("down", "拟降"),
                            ("watch", "观察"),
                            ("retained", "保留"),
                            ("suspended", "暂停"),
                            ("closed", "关闭"),
                        ],
                        max_length=12,
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=12)),
                ("after", models.CharField(blank=True, max_length=12)),
                ("evidence", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["entity", "as_of"], name="tier_proposal_month")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit_id", "as_of", "step"), name="tier_proposal_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.UniqueConstraint(fields=("entity", "code"), name="meeting_code_unique"),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(fields=("meeting", "number"), name="agenda_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.UniqueConstraint(fields=("meeting", "subject"), name="agenda_subject_once"),
        ),
        migrations.AddConstraint(
            model_name="agendaitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("result", "")),
                    models.Q(models.Q(("result", ""), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="agenda_decided_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("meeting", "person"), name="seat_once"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("employee", ""), _negated=True),
                fields=("meeting", "employee"),
                name="seat_once_per_employee",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", "chair")), fields=("meeting",), name="seat_one_chair"
            ),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.UniqueConstraint(fields=("item", "seat"), name="ballot_once"),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.CheckConstraint(
                condition=models.Q(("conflict", ""), ("choice", "ABSTAIN"), _connector="OR"),
                name="ballot_conflict_abstains",
            ),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.CheckConstraint(
                condition=models.Q(("choice__in", ["FOR", "AGAINST", "ABSTAIN"])), name="ballot_choice"
            ),
        ),
        migrations.AddIndex(
            model_name="tierdecision",
            index=models.Index(fields=["unit_id", "since"], name="tier_decision_unit"),
        ),
        migrations.AddConstraint(
            model_name="tierdecision",
            constraint=models.UniqueConstraint(
                fields=("unit_id", "step", "since", "source"), name="tier_decision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="tierdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("item__isnull", False), ("source", "COMMITTEE")),
                    models.Q(models.Q(("source", "COMMITTEE"), _negated=True), ("item", None)),
                    _connector="OR",
                ),
                name="tier_decision_of_a_meeting",
            ),
        ),
        migrations.RunSQL(sql("domains.strategy", "committee.sql"), migrations.RunSQL.noop),
    ]
