"""Who looks after whom: teams as delivered, as changed and as they hold; proposals about them; absences."""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models

from jinlan.clients.models.who import DOMAINS, Branch, Employee, Party, Unit
from jinlan.kernel.fields import INTERNAL, NAME, STAFF
from jinlan.kernel.record import AboutUnit, Scoped


class Covering(Scoped):
    """Base of who looks after a unit (whole) or one party (member only), in which role, from when to when."""

    CLASSES = {"*": INTERNAL}
    ROLES = (
        ("LEAD", "主办"),
        ("ASSIST", "协办"),
        ("PRODUCT", "产品"),
        ("RISK", "风险"),
        ("SERVICE", "服务"),
        ("SPONSOR", "分管领导"),
    )
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="%(class)s")
    party = models.ForeignKey(Party, null=True, on_delete=models.CASCADE, related_name="%(class)s")
    domain = models.SmallIntegerField(choices=DOMAINS)  # the unit's or the party's
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="%(class)s")
    role = models.CharField(max_length=8, choices=ROLES)
    credit_share = models.DecimalField(max_digits=12, decimal_places=8, null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta(Scoped.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit__isnull=True) ^ models.Q(party__isnull=True),
                name="%(class)s_of_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["employee", "valid_from"], name="%(class)s_employee")]


class Assignment(Covering):
    """A line of the team as the bank delivered it; what holds is `Coverage`."""


class Coverage(Covering):
    """Who looks after what: the bank's assignments with what was decided since; one lead of a unit a day, shares that add to 1.

    The database holds both (`sql/teams.sql`); scope follows these dates alone.
    """


class TeamChange(AboutUnit):
    """A decided change of a client's team; it speaks until the bank's own assignments have a later word (`clients.changes`).

    `before` leaves the role, `after` takes it from the day on; "" for nobody. A new lead follows whoever leads.
    """

    CLASSES = {"*": STAFF, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL, "unit_id": INTERNAL, "domain": INTERNAL,
               "branch_id": INTERNAL, "role": INTERNAL}  # fmt: skip
    role = models.CharField(max_length=8, choices=Covering.ROLES, default="LEAD", db_default="LEAD")
    # Employee codes.
    before = models.CharField(max_length=64, blank=True, default="", db_default="")
    after = models.CharField(max_length=64, blank=True)
    share = models.DecimalField(
        max_digits=12, decimal_places=8, null=True
    )  # of who joins; None: of whom he follows
    effective_on = models.DateField()
    reason = models.CharField(max_length=500)
    decided_by = models.CharField(max_length=64)
    decided_name = models.CharField(max_length=100)
    at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(AboutUnit.Meta):
        db_table = "clients_leadchange"
        constraints = [
            models.UniqueConstraint(
                fields=["unit_id", "effective_on"], condition=models.Q(withdrawn_at=None, role="LEAD"), name="lead_change_once"
            ),
            models.CheckConstraint(condition=~models.Q(after=models.F("before")), name="lead_change_changes"),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by="", withdrawn_at=None) | models.Q(~models.Q(withdrawn_by=""), withdrawn_at__isnull=False),
                name="lead_change_withdrawn",
            ),
            models.CheckConstraint(condition=~models.Q(role="LEAD", after=""), name="team_change_leads"),
            models.CheckConstraint(
                condition=models.Q(share=None) | models.Q(share__gte=0, share__lte=1), name="team_change_share"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["unit_id", "-effective_on"], name="lead_change_newest")]


class TeamProposal(AboutUnit):
    """A wished change of a client's team: the one who is to join answers for himself, then a head decides.

    `called` is the client's name as somebody may read it who is not on the team yet. People are kept by key beside their codes:
    nobody decides about himself or about what he asked for.
    """

    CLASSES = {"*": STAFF, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL, "unit_id": INTERNAL, "domain": INTERNAL,
               "branch_id": INTERNAL, "role": INTERNAL, "state": INTERNAL, "called": NAME}  # fmt: skip
    STATES = (
        ("asked", "待本人确认"),
        ("agreed", "待决定"),
        ("declined", "本人未接受"),
        ("decided", "已通过"),
        ("refused", "未通过"),
        ("withdrawn", "已撤回"),
    )
    CONFLICTS = (
        ("NONE", "无利益冲突"),
        ("FAMILY", "亲属在客户任职"),
        ("SHARES", "持有客户权益"),
        ("POST", "在客户兼职"),
        ("DEBT", "与客户有个人债权债务"),
        ("OTHER", "其他"),
    )
    role = models.CharField(max_length=8, choices=Covering.ROLES)
    before = models.CharField(max_length=64, blank=True, default="")
    after = models.CharField(max_length=64, blank=True)
    share = models.DecimalField(max_digits=12, decimal_places=8, null=True)
    effective_on = models.DateField()
    reason = models.CharField(max_length=500)
    called = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=STATES)
    made_id = models.BigIntegerField()
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    at = models.DateTimeField()
    asked_id = models.BigIntegerField(null=True)
    conflict = models.CharField(
        max_length=8, choices=CONFLICTS, blank=True, default=""
    )  # "" before the answer
    answer = models.CharField(max_length=500, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    decided_id = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=64, blank=True, default="")
    decided_name = models.CharField(max_length=100, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta(AboutUnit.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["unit_id", "role", "before", "after"], condition=models.Q(state__in=("asked", "agreed")), name="team_proposal_once"
            ),
            models.CheckConstraint(condition=~models.Q(after=models.F("before")), name="team_proposal_changes"),
            models.CheckConstraint(condition=~models.Q(role="LEAD", after=""), name="team_proposal_leads"),
            models.CheckConstraint(
                condition=models.Q(share=None) | models.Q(share__gte=0, share__lte=1), name="team_proposal_share"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_id=None)
                | (~models.Q(decided_id=models.F("made_id")) & (models.Q(asked_id=None) | ~models.Q(decided_id=models.F("asked_id")))),
                name="team_proposal_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("decided", "refused")) | models.Q(decided_id__isnull=False, decided_at__isnull=False),
                name="team_proposal_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(asked_id=None) | models.Q(state__in=("asked", "declined", "withdrawn")) | ~models.Q(conflict=""),
                name="team_proposal_answered",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["unit_id", "-at"], name="team_proposal_newest"),
            models.Index(fields=["asked_id"], condition=models.Q(state="asked"), name="team_proposal_asked"),
        ]


class Delegation(models.Model):
    """While someone is away, their book is open to one colleague (AB 角); an absence that ends early is cut, never deleted."""

    CLASSES = {"*": STAFF}
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(db_default=RandomUUID(), unique=True)
    entity = models.CharField(max_length=16)
    absent = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField()
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    asked_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    decided_by = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="delegation_period"
            ),
            models.CheckConstraint(
                condition=~models.Q(absent=models.F("deputy")), name="delegation_to_another"
            ),
        ]
