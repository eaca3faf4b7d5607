"""The register of gifts (礼品登记): written down by whoever gives or is given, over the line allowed by a head, capped over the whole bank."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.clients.models import PERSONAL, Party, Unit
from jinlan.clients.resources import in_sight
from jinlan.domains.engagement.models import ContactPerson, Gift
from jinlan.domains.engagement.rules import gifts as rules
from jinlan.domains.engagement.rules.care import OFFICIAL, silenced
from jinlan.domains.engagement.rules.interactions import check_reason
from jinlan.domains.engagement.rules.people import check_text
from jinlan.domains.engagement.selectors.care import gifts_had, silences
from jinlan.domains.engagement.services.care import whom_of
from jinlan.domains.engagement.services.screening import refuse_terms
from jinlan.domains.engagement.services.whom import ROLES, staff_of
from jinlan.kernel.acts import Matter, act, approval
from jinlan.kernel.audit import audit
from jinlan.kernel.locks import hold
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

HEADS = ("branch_head", "dept_head")
CURRENCY = "CNY"  # of the limits; what was bought elsewhere is written down at its value in it
WHAT = 60  # characters
PENDING, VALID, RETURNED = "pending", "valid", "returned"


def limits_on(day: date) -> rules.Limits:
    """Return the limits in force on a day."""
    line, cap, days = (rule(f"GIFT.{code}", day).value for code in ("LINE", "CAP", "DAYS"))
    return rules.Limits(line, cap, int(days), CURRENCY)


@act("engagement.record_gift", title=_("登记礼品"), roles=ROLES)
def record_gift(
    *, actor: Actor, unit: UUID, direction: str, kind: str, what: str, value: Decimal, given_on: date, occasion: str = "OTHER",
    person: UUID | None = None, party: UUID | None = None, employee: str = "",
) -> str:  # fmt: skip
    """Write down a gift; return its public id. One over the line waits for a head: it may be neither given nor kept until then.

    Args:
        actor: who writes it down.
        unit: public id of the client.
        direction: given, received, declined.
        kind: goods, meal, ticket; money and what is like it only when it was declined.
        what: what it is, in a few words.
        value: market value in CNY.
        given_on: day.
        occasion: of the gift.
        person: public id of the client's person, None for the client itself.
        party: public id of the member, None for the person's or the first.
        employee: code of ours who gives it or is given; the actor where empty.

    Raises:
        Refused: GIFT_CODE, GIFT_VALUE, GIFT_DATE, GIFT_CASH, GIFT_OFFICIAL, GIFT_SILENT, GIFT_CAP with the figure left, PERSON_TEXT,
            TEXT_TERMS, PERSON_ELSEWHERE, STAFF_UNKNOWN.
        ScopeDenied: no such client, member or person in sight.
    """
    today, client = business_date(actor.at), in_sight(actor, unit)
    whom, firm, place = whom_of(actor, client, person, party)
    refuse_terms("what", what)
    known = check_text(what, most=WHAT, field="what")
    (ours,) = staff_of(actor, [employee], "employee")
    about = silences(actor, units=[client.pk], day=today)
    key = whom.pk if whom else None
    official = any(one.code == OFFICIAL and one.holds(key, today) for one in about)
    gift, limits = rules.Gift(direction, kind, occasion, value, given_on, official), limits_on(today)
    rules.check_gift(gift, limits, today)
    if direction == rules.GIVEN and silenced(about, client.pk, key, today):
        raise Refused("GIFT_SILENT", "正在静默，不送礼品。", "静默结束后再送。", field="person")
    recipient = recipient_of(direction, ours, whom, client, firm)
    hold(
        f"jinlan gift|{actor.entity}|{recipient}|{given_on.year}"
    )  # two gifts at once would not see each other
    rules.check_cap(gift, gifts_had(recipient, given_on.year), limits)
    row = Gift.objects.create(
        **place, person=whom, whom=recipient, direction=direction, kind=kind, occasion=occasion, what=known, value=value, currency=CURRENCY,
        given_on=given_on, employee=ours, state=PENDING if rules.over_line(gift, limits) else VALID, made_by=actor.username,
        made_name=name_of(actor), made_at=actor.at,
    )  # fmt: skip
    after = {"direction": direction, "kind": kind, "value": value, "given_on": given_on, "state": row.state}
    audit(actor, "engagement.gift_recorded", "gift", row.public_id, after=after)
    return str(row.public_id)


def about_gift(*, actor: Actor, public_id: UUID, reason: str) -> Matter:
    """Return what allowing a gift over the line would do, after the rule looked at it; needs a running scope."""
    check_reason(reason)
    row = _gift(actor, public_id)
    if row.state != PENDING:
        raise Refused("GIFT_SETTLED", "这件礼品不在待审批状态。", "请刷新页面。")
    unit = clients.unit_by_key(actor, unit_id=row.unit_id)
    return Matter(
        title=f"{unit.name if unit else ''} · {row.what}",
        before={"state": row.state},
        after={"direction": row.direction, "value": rules.amount(row.value, row.currency), "given_on": row.given_on.isoformat()},
        version=f"{row.state}|{row.value}",
        unit=(row.unit_id, row.domain, row.branch_id),
        beneficiaries=frozenset({row.employee}),
    )  # fmt: skip


@act("engagement.allow_gift", title=_("申请批准礼品"), roles=ROLES, stages=(HEADS,), matter=about_gift)
def allow_gift(*, actor: Actor, public_id: UUID, reason: str) -> dict[str, str]:
    """Let a gift over the line be given or kept: a head's word, never of who gives it or is given.

    Raises:
        Refused: GIFT_SETTLED, REASON_SHORT.
        ScopeDenied: no such gift in sight.
    """
    about_gift(actor=actor, public_id=public_id, reason=reason)
    row, people = _gift(actor, public_id), approval()
    row.state, row.approved_by = VALID, people.checkers[-1]
    row.save(update_fields=["state", "approved_by"])
    after = {"state": VALID, "asked_by": people.maker, "value": row.value}
    audit(actor, "engagement.gift_allowed", "gift", public_id, before={"state": PENDING}, after=after, reason=reason.strip()[:500])  # fmt: skip
    return {"gift": str(public_id), "state": VALID}


@act("engagement.return_gift", title=_("退回或撤销"), roles=ROLES)
def return_gift(*, actor: Actor, public_id: UUID, reason: str) -> None:
    """Note that a gift went back, or was not given after all; it counts no longer.

    Raises:
        Refused: GIFT_SETTLED, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such gift in sight.
    """
    check_reason(reason)
    refuse_terms("reason", reason)
    row = _gift(actor, public_id)
    if row.state == RETURNED or row.direction == rules.DECLINED:
        raise Refused("GIFT_SETTLED", "已经退回或谢绝。", "无需再做。")
    before, row.state, row.closed_at = row.state, RETURNED, actor.at
    row.save(update_fields=["state", "closed_at"])
    audit(actor, "engagement.gift_returned", "gift", public_id, before={"state": before}, after={"state": RETURNED}, reason=reason.strip()[:500])  # fmt: skip


def recipient_of(direction: str, ours: str, whom: ContactPerson | None, client: Unit, firm: Party) -> str:
    """Return whose yearly cap a gift counts against: ours where we are given; theirs by person, else by client."""
    if direction != rules.GIVEN:
        return f"e:{ours}"
    if whom is not None:
        return f"n:{whom.code}" if whom.code else f"p:{whom.pk}"
    return f"m:{firm.pk}" if firm.domain == PERSONAL else f"u:{client.pk}"


def _gift(actor: Actor, public_id: UUID) -> Gift:
    row: Gift | None = visible(actor, Gift).select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这件礼品。", "")
    return row
