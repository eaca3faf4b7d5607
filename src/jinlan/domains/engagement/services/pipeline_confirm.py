"""Approving an opportunity internally (内部审批): asked for by whoever looks after it, confirmed by a head who is another person (06 §6.9)."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.domains.engagement import pipeline_words as words
from jinlan.domains.engagement.models import Opportunity
from jinlan.domains.engagement.rules.interactions import check_reason
from jinlan.domains.engagement.rules.pipeline import CONFIRMED, OPEN
from jinlan.domains.engagement.services.pipeline_rows import running, saved
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.acts import Matter, act, approval
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

DECIDERS = ("branch_head", "dept_head")
BUILT = 3  # the stage in which a solution stands that can be approved


def about_confirmation(*, actor: Actor, public_id: UUID, reason: str) -> Matter:
    """Return what an approval confirms: these terms and no others; needs a running scope."""
    row = visible(actor, Opportunity).filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这个商机。", "")
    unit = clients.unit_by_key(actor, unit_id=row.unit_id)
    if unit is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    _check(row, reason)
    return Matter(
        title=row.title,
        before={},
        after={
            "product": str(words.PRODUCTS[row.product]),
            "amount": f"{row.amount:,.2f} {row.currency}",
            "margin": f"{row.margin.normalize():f}",
            "reason": reason.strip(),
        },
        version=f"{row.product}|{row.amount}|{row.currency}|{row.margin}|{row.stage}|{row.state}",
        unit=(unit.pk, unit.domain, unit.branch_id),
        beneficiaries=frozenset({row.owner}),
    )


@act("engagement.confirm_opportunity", title=_("商机内部审批"), roles=ROLES, stages=(DECIDERS,), matter=about_confirmation)  # fmt: skip
def confirm_opportunity(*, actor: Actor, public_id: UUID, reason: str) -> dict[str, str]:
    """Confirm the terms of an opportunity; other terms later make it void.

    Raises:
        Refused: OPPORTUNITY_CLOSED, CONFIRM_EARLY, CONFIRMED_ALREADY, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such opportunity in sight.
    """
    row, people = running(actor, public_id), approval()
    _check(row, reason)
    before = {"criteria": sorted(row.criteria)}
    row.criteria = row.criteria | {
        CONFIRMED: {
            "evidence": reason.strip()[:300], "on": business_date(actor.at).isoformat(), "by": people.checkers[-1], "name": name_of(actor),
            "asked": people.maker, "at": actor.at.isoformat(),
        }
    }  # fmt: skip
    return saved(
        actor, row, "confirmed", "engagement.opportunity_confirmed", before=before, reason=people.reason, criterion=CONFIRMED
    )  # fmt: skip


def _check(row: Opportunity, reason: str) -> None:
    check_reason(reason)
    refuse_terms_in(reason=reason)
    if row.state == OPEN and row.stage != BUILT:
        raise Refused(
            "CONFIRM_EARLY",
            "内部审批在「方案达成」阶段提出。",
            "请先推进到方案达成。",
            field="reason",
        )
    if CONFIRMED in row.criteria:
        raise Refused("CONFIRMED_ALREADY", "这些条件已经批准。", "可以直接推进。")
