"""Opportunities (商机): what a client may take from us, how far that is, and what the own history says of such things (06 §6.6)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jinlan.basics.ids import uuid7
from jinlan.domains.engagement.models.base import ABOUT, AboutMember
from jinlan.domains.engagement.rules.pipeline import FIRST, LAST, LOSSES, PRODUCTS, SOURCES
from jinlan.kernel.fields import INTERNAL, STAFF
from jinlan.kernel.record import Scoped


class Opportunity(AboutMember):
    """One opportunity. `criteria` holds what people ticked: code -> {evidence, on, by, name, at}; its steps are its history.

    `stage` is where it stands, or stood when it ended; `furthest` how far it ever came. `objective` is the public id of an objective of
    the client's plan, null while it is unplanned.
    """

    CLASSES = {**ABOUT, "owner": STAFF, "made_by": STAFF, "made_name": STAFF, "made_at": INTERNAL,
               "edition": INTERNAL}  # fmt: skip
    STATES = (("open", "跟进中"), ("won", "赢单"), ("lost", "丢单"))
    WHAT = (
        ("DEPOSIT", "存款"), ("LOAN", "贷款"), ("WEALTH", "理财"), ("FUND", "基金"), ("INSURANCE", "保险"), ("TRUST", "信托"), ("BOND", "债券"),
        ("FX", "外汇"), ("TRADE", "贸易融资"), ("PAYMENT", "支付结算"), ("CUSTODY", "托管"), ("ADVISORY", "顾问"), ("CARD", "银行卡"),
    )  # fmt: skip
    FROM = (
        ("CLIENT", "客户提出"), ("VISIT", "拜访发现"), ("PLAN", "客户发展计划"), ("REFERRAL", "转介绍"), ("CAMPAIGN", "营销活动"), ("SIGNAL", "系统提示"),
    )  # fmt: skip
    title = models.CharField(max_length=200)
    product = models.CharField(max_length=10, choices=WHAT)
    amount = models.DecimalField(max_digits=24, decimal_places=2)
    currency = models.CharField(max_length=3)
    margin = models.DecimalField(max_digits=12, decimal_places=8)
    closes_on = models.DateField()
    first_closes_on = models.DateField()
    pushes = models.IntegerField(default=0)
    pushed_days = models.IntegerField(default=0)
    owner = models.CharField(max_length=64)  # employee code
    source = models.CharField(max_length=10, choices=FROM)
    rival = models.CharField(max_length=200, blank=True, default="")  # who else bids, with what
    objective = models.UUIDField(null=True)
    state = models.CharField(max_length=8, choices=STATES, default="open")
    stage = models.SmallIntegerField(default=FIRST)
    furthest = models.SmallIntegerField(default=FIRST)
    stage_since = models.DateField()
    criteria = models.JSONField(default=dict)
    closed_on = models.DateField(null=True)
    won_amount = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    loss = models.CharField(max_length=10, blank=True, default="")
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    edition = models.IntegerField(default=1)

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    stage__range=(FIRST, LAST), furthest__range=(FIRST, LAST), stage__lte=F("furthest")
                ),
                name="opportunity_stage",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, margin__gte=0, margin__lte=1), name="opportunity_terms"
            ),
            models.CheckConstraint(
                condition=Q(product__in=PRODUCTS, source__in=SOURCES, loss__in=["", *LOSSES]),
                name="opportunity_codes",
            ),
            models.CheckConstraint(
                condition=Q(pushes=0, pushed_days=0) | Q(pushes__gt=0, pushed_days__gte=F("pushes")),
                name="opportunity_pushes",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None, won_amount=None, loss="")
                | Q(state="won", stage=LAST, closed_on__isnull=False, won_amount__gt=0, loss="")
                | Q(Q(state="lost", closed_on__isnull=False, won_amount=None), ~Q(loss="")),
                name="opportunity_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["unit_id", "state", "closes_on"], name="opportunity_unit"),
            models.Index(fields=["entity", "owner", "state", "closes_on"], name="opportunity_owner"),
            models.Index(fields=["entity", "state", "stage", "closes_on", "id"], name="opportunity_board"),
            models.Index(
                fields=["entity", "closed_on"], condition=~Q(state="open"), name="opportunity_closed"
            ),
        ]


class OpportunityStep(AboutMember):
    """One step of an opportunity's life: `chance` is what stood for its stage on the day. Never changed."""

    CLASSES = {**ABOUT, "by": STAFF, "by_name": STAFF, "owner": STAFF, "at": INTERNAL, "act": INTERNAL}  # fmt: skip
    ACTS = (
        ("opened", "建立"), ("changed", "修改"), ("ticked", "满足条件"), ("unticked", "取消条件"), ("confirmed", "内部批准"),
        ("advanced", "推进"), ("back", "退回"), ("pushed", "改期"), ("handed", "换人"), ("won", "赢单"), ("lost", "丢单"),
    )  # fmt: skip
    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10, choices=ACTS)
    stage = models.SmallIntegerField()  # as it stands after the step
    criterion = models.CharField(max_length=10, blank=True, default="")
    amount = models.DecimalField(max_digits=24, decimal_places=2)
    chance = models.DecimalField(max_digits=12, decimal_places=8)
    closes_on = models.DateField()
    owner = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True, default="")
    by = models.CharField(max_length=64)
    by_name = models.CharField(max_length=100)
    day = models.DateField()  # the business date on which it holds
    at = models.DateTimeField()

    class Meta(AboutMember.Meta):
        indexes = [models.Index(fields=["opportunity", "at"], name="opportunity_step")]


class PipelineMeasure(Scoped):
    """What the bank's own history says on a date: CHANCE of each stage, confirmed by a person before it holds; PACE, at once.

    `figures` are by stage; `inputs` what they were worked out from, with the versions of the register. A row that holds is never
    changed: the next one follows it from its own `valid_from` on.
    """

    CLASSES = {"*": INTERNAL, "decided_by": STAFF, "decided_name": STAFF}
    KINDS = (("CHANCE", "赢率"), ("PACE", "阶段用时"))
    STATES = (("proposed", "待确认"), ("held", "已生效"), ("dropped", "未采用"))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    kind = models.CharField(max_length=8, choices=KINDS)
    state = models.CharField(max_length=8, choices=STATES)
    as_of = models.DateField()
    run = models.UUIDField()
    valid_from = models.DateField(null=True)
    figures = models.JSONField()
    inputs = models.JSONField()
    made_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True, default="")
    decided_name = models.CharField(max_length=100, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "kind", "as_of"], name="pipeline_measure_once"),
            models.UniqueConstraint(
                fields=["entity", "kind"], condition=Q(state="proposed"), name="pipeline_one_proposal"
            ),
            models.CheckConstraint(
                condition=Q(state="held", valid_from__isnull=False)
                | Q(~Q(state="held"), valid_from__isnull=True),
                name="pipeline_measure_holds",
            ),
            models.CheckConstraint(
                condition=~Q(kind="CHANCE") | Q(state="proposed", decided_at=None) | Q(~Q(state="proposed"), ~Q(decided_by=""), decided_at__isnull=False),
                name="pipeline_measure_decided",
            ),
        ]  # fmt: skip
