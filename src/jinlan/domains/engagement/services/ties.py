"""Who of the bank knows whom of a client, and who meets whom how often: a change ends a row and begins another."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.domains.engagement.models import Pair, Tie
from jinlan.domains.engagement.rules.people import check_days, check_scales
from jinlan.domains.engagement.services.people import person_in_sight
from jinlan.domains.engagement.services.whom import ROLES, place_of
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied


@act("engagement.know_person", title=_("登记往来程度"), roles=ROLES)
def know_person(*, actor: Actor, public_id: UUID, employee: str, access: int) -> None:
    """Say how well a colleague knows a person, from today on; none at all ends it.

    Raises:
        Refused: PERSON_COLLEAGUE, PERSON_SCALE, TIE_SAME when nothing would change, PERSON_LEFT.
        ScopeDenied: no such person in sight.
    """
    row, code = person_in_sight(actor, public_id), _colleague(actor, employee)
    check_scales(access=access)
    today = business_date(actor.at)
    held: Tie | None = visible(actor, Tie).filter(person=row, employee=code, until=None).first()
    before = held.access if held else 0
    if before == access:
        raise Refused("TIE_SAME", "往来程度没有变化。", "请选择另一级。", field="access")
    if held is not None:
        held.until = today
        held.save(update_fields=["until"])
    if access:
        Tie.objects.create(**place_of(row), person=row, employee=code, access=access, since=today)
    audit(
        actor, "engagement.person_known", "contact_person", public_id, before={"employee": code, "access": before},
        after={"employee": code, "access": access},
    )  # fmt: skip


@act("engagement.set_pair", title=_("约定对接"), roles=ROLES)
def set_pair(*, actor: Actor, public_id: UUID, employee: str, level: int, days: int) -> str:
    """Name a colleague as a person's counterpart on a level, with their rhythm; return the pair's public id.

    The same two on another level or in another rhythm are a new pair that begins today, and the old one ends.

    Raises:
        Refused: PERSON_COLLEAGUE, PERSON_SCALE, PAIR_DAYS, PAIR_SAME when nothing would change, PERSON_LEFT.
        ScopeDenied: no such person in sight.
    """
    row, code = person_in_sight(actor, public_id), _colleague(actor, employee)
    today = business_date(actor.at)
    check_scales(level=level)
    check_days(days, int(rule("PAIR.DAYS", today).value))
    held: Pair | None = visible(actor, Pair).filter(person=row, employee=code, until=None).first()
    before = {"level": held.level, "days": held.days} if held else {}
    after = {"level": level, "days": days}
    if before == after:
        raise Refused("PAIR_SAME", "这一对接没有变化。", "请改动层级或节奏。", field="days")
    if held is not None:
        held.until = today
        held.save(update_fields=["until"])
    made = Pair.objects.create(**place_of(row), person=row, employee=code, since=today, **after)
    audit(
        actor, "engagement.pair_set", "pair", made.public_id, before=before, after={"employee": code, **after}
    )
    return str(made.public_id)


@act("engagement.end_pair", title=_("结束对接"), roles=ROLES)
def end_pair(*, actor: Actor, public_id: UUID) -> None:
    """End a counterpart pair today; one that has not begun yet takes no day.

    Raises:
        Refused: PAIR_OVER.
        ScopeDenied: no such pair in sight.
    """
    row: Pair | None = visible(actor, Pair).select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项对接。", "")
    if row.until is not None:
        raise Refused("PAIR_OVER", "这项对接已经结束。", "需要时请重新约定。")
    row.until = max(business_date(actor.at), row.since)
    row.save(update_fields=["until"])
    audit(actor, "engagement.pair_ended", "pair", public_id, after={"until": row.until})


def _colleague(actor: Actor, code: str) -> str:
    """Return the code of a colleague who is with the bank."""
    known = code.strip()
    if not teams.is_active(actor, code=known):
        raise Refused(
            "PERSON_COLLEAGUE", "没有这个工号，或已离职。", "请填写在职同事的工号。", field="employee"
        )
    return known
