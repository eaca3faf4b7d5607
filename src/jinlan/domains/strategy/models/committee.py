"""The committee: its meetings, who has a seat, what is on the agenda with the figures that were voted on, and the ballots.

The database holds the order (`sql/committee.sql`): nothing of a closed meeting changes, a ballot needs a seat and an open item, a
member in conflict abstains.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jinlan.basics.ids import uuid7
from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF
from jinlan.kernel.record import Scoped


class Meeting(Scoped):
    """One meeting; quorum and majority are those of the register on its day."""

    CLASSES = {"*": INTERNAL, "minutes": FIGURE, "chair": STAFF, "chair_name": STAFF}
    CALLED, OPEN, CLOSED = "called", "open", "closed"
    STATES = ((CALLED, _("已召集")), (OPEN, _("进行中")), (CLOSED, _("已闭会")))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    code = models.CharField(max_length=20)
    day = models.DateField()
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chair_name = models.CharField(max_length=100)
    quorum = models.DecimalField(max_digits=5, decimal_places=4)  # least share of seats that is present
    majority = models.DecimalField(
        max_digits=5, decimal_places=4
    )  # share of votes cast that is to be exceeded
    state = models.CharField(max_length=8, choices=STATES, default=CALLED)
    minutes = models.TextField(blank=True)
    called_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["entity", "code"], name="meeting_code_unique")]


class Seat(Scoped):
    """Who may vote in a meeting: one seat per person, however many accounts he has."""

    CLASSES = {"*": STAFF, "id": INTERNAL, "entity": INTERNAL, "meeting": INTERNAL, "role": INTERNAL}
    CHAIR, MEMBER = "chair", "member"
    ROLES = ((CHAIR, _("主持")), (MEMBER, _("委员")))
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=100)
    username = models.CharField(max_length=64)
    employee = models.CharField(max_length=64, blank=True)
    role = models.CharField(max_length=8, choices=ROLES)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="seat_once"),
            models.UniqueConstraint(
                fields=["meeting", "employee"], condition=~Q(employee=""), name="seat_once_per_employee"
            ),
            models.UniqueConstraint(fields=["meeting"], condition=Q(role="chair"), name="seat_one_chair"),
        ]


class AgendaItem(Scoped):
    """One question; `case` holds the figures that the members voted on, `asks` what a yes would do.

    `team`, `proposers` and `beneficiaries` name by employee code (proposers by user name too) who must abstain.
    """

    CLASSES = {"*": INTERNAL, "title": FIGURE, "case": FIGURE, "result_note": FIGURE, "unit_code": FIGURE,
               "team": STAFF, "proposers": STAFF, "beneficiaries": STAFF}  # fmt: skip
    DEFINITION, TIER, OVERRIDE = "DEFINITION", "TIER", "OVERRIDE"
    KINDS = ((DEFINITION, _("准入标准")), (TIER, _("层级")), (OVERRIDE, _("人工调整")))
    PASSED, REJECTED = "passed", "rejected"
    RESULTS = (("", _("待表决")), (PASSED, _("通过")), (REJECTED, _("未通过")))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=KINDS)
    subject = models.CharField(max_length=120)  # names the matter: nothing is twice on one agenda
    title = models.CharField(max_length=200)
    asks = models.CharField(max_length=10)  # enact up down note
    unit_id = models.BigIntegerField(null=True)
    unit_code = models.CharField(max_length=80, blank=True)
    case = models.JSONField()
    sha256 = models.CharField(max_length=64)
    team = ArrayField(models.CharField(max_length=64), default=list)
    proposers = ArrayField(models.CharField(max_length=64), default=list)
    beneficiaries = ArrayField(models.CharField(max_length=64), default=list)
    result = models.CharField(max_length=8, choices=RESULTS, blank=True)
    result_note = models.CharField(max_length=500, blank=True)
    counts = models.JSONField(default=dict)
    decided_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="agenda_number_unique"),
            models.UniqueConstraint(fields=["meeting", "subject"], name="agenda_subject_once"),
            models.CheckConstraint(
                condition=Q(result="", decided_at=None) | (~Q(result="") & Q(decided_at__isnull=False)),
                name="agenda_decided_when",
            ),
        ]


class Ballot(Scoped):
    """What one member said on one item; said once, and never changed."""

    CLASSES = {"*": INTERNAL, "person": STAFF, "reason": FIGURE}
    FOR, AGAINST, ABSTAIN = "FOR", "AGAINST", "ABSTAIN"
    CHOICES = ((FOR, _("同意")), (AGAINST, _("反对")), (ABSTAIN, _("弃权")))
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="ballots")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="ballots")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=8, choices=CHOICES)
    conflict = models.CharField(max_length=12, blank=True)  # TEAM PROPOSER BENEFICIARY DECLARED, "" without
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="ballot_once"),
            models.CheckConstraint(condition=Q(conflict="") | Q(choice="ABSTAIN"), name="ballot_conflict_abstains"),
            models.CheckConstraint(condition=Q(choice__in=["FOR", "AGAINST", "ABSTAIN"]), name="ballot_choice"),
        ]  # fmt: skip
