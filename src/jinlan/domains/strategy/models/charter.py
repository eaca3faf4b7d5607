"""What the service charter makes of itself: dated obligations, quiet that clients asked for, and how far it was measured."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF
from jinlan.kernel.record import AboutUnit, Scoped


class Obligation(AboutUnit):
    """A contact of a kind that a client is owed after `opens`, up to and including `due_on`; or the answer to a request of his.

    An answer has the request's number in `ref` and its target in working hours in `due_at`; it is owed from `opens` on.
    Kept by `services.charter_refresh` and `services.request_refresh`; people write the excuse alone. `lead` answers for the client
    on the due date.
    """

    CLASSES = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL, "lead": STAFF,
               "ref": INTERNAL, "excused_by": STAFF, "excuse_asked_by": STAFF}  # fmt: skip
    # How a contact may be excused: facts that are not the bank's doing, or that the bank decided beforehand.
    EXCUSES = (
        ("CLIENT_ABSENT", "客户不便(出国、住院、停业)"),
        ("CLIENT_DECLINED", "客户婉拒本次联系"),
        ("FORCE_MAJEURE", "不可抗力"),
        ("LEGAL", "监管或司法限制"),
        ("HANDOVER", "客户经理交接期内已书面安排"),
        ("ELSEWHERE", "已由集团其他机构完成同类联系"),
        ("CLIENT_WAITED", "等待客户补充资料或答复"),
    )
    kind = models.CharField(max_length=10)
    tier = models.CharField(max_length=12)
    version = models.CharField(max_length=20)
    ref = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )  # of the request; "" for a contact
    opens = models.DateField()
    due_on = models.DateField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)  # when an answer came, in time or not
    kept_on = models.DateField(null=True)
    lead = models.CharField(max_length=64, blank=True)
    excuse_code = models.CharField(max_length=16, blank=True, default="", db_default="")
    excuse_evidence = models.CharField(max_length=500, blank=True, default="", db_default="")
    excuse_asked_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    excused_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    excused_at = models.DateTimeField(null=True)

    class Meta(AboutUnit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "kind", "opens", "ref"], name="obligation_once"),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("opens")) | Q(~Q(ref=""), due_on=F("opens")), name="obligation_period"
            ),
            models.CheckConstraint(
                condition=Q(kept_on__isnull=True)
                | Q(kept_on__gt=F("opens"), kept_on__lte=F("due_on"))
                | Q(~Q(ref=""), kept_on=F("opens")),
                name="obligation_kept_inside",
            ),
            models.CheckConstraint(
                condition=Q(ref="", due_at__isnull=True) | Q(~Q(ref=""), due_at__isnull=False),
                name="obligation_answer_by_the_hour",
            ),
            models.CheckConstraint(
                condition=Q(excuse_code="", excused_by="", excused_at__isnull=True)
                | Q(~Q(excuse_code=""), ~Q(excused_by=""), ~Q(excused_by=F("excuse_asked_by")), excused_at__isnull=False),
                name="obligation_excused_by_another",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["entity", "due_on"], name="obligation_due")]


class LeaveAlone(AboutUnit):
    """The client asked not to be contacted until a day; a later word ends an earlier one on its own day."""

    CLASSES = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL, "person_name": STAFF}
    since = models.DateField()
    until = models.DateField()
    ended_on = models.DateField(null=True)
    reason = models.CharField(max_length=500)
    person_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta(AboutUnit.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="leave_alone_period"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("since")), name="leave_alone_ended"
            ),
        ]
        indexes = [models.Index(fields=["unit_id", "-since"], name="leave_alone_newest")]


class CharterRefresh(Scoped):
    """Up to which day obligations stand, since when each kind is measured, and which cannot be; no client's data."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    as_of = models.DateField()
    measured = models.JSONField(default=dict)  # kind of contact -> first day
    unmeasured = models.JSONField(default=dict)  # kind of contact -> why, a code
    counts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["entity", "as_of"], name="charter_refresh_once")]
