"""Writing a strategic cooperation agreement: begin one, or the renewal of the one in force, write and drop its entries, withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.clients.resources import about, in_sight
from jinlan.domains.engagement.models import Agreement
from jinlan.domains.engagement.rules.agreement import (
    AGREEMENT,
    OURS,
    check_entry,
    renewed,
)
from jinlan.domains.engagement.selectors.agreements import CLEARED, agreement_in_force
from jinlan.domains.engagement.selectors.plans import DRAFT, entries_of
from jinlan.domains.engagement.services.drafting import (
    Sort,
    begun,
    check_term,
    put_entry,
    saved,
    take_entry,
    the_draft,
    the_entry,
    the_row,
    withdraw,
    written,
)  # fmt: skip
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.acts import act, content_hash


def content_of(row: Agreement) -> str:
    """Return the hash of what is cleared and signed of an agreement."""
    return content_hash({
        "entries": row.entries, "starts_on": row.starts_on, "ends_on": row.ends_on, "renew_on": row.renew_on,
    })  # fmt: skip


AGREEMENTS = Sort(Agreement, AGREEMENT, "agreement", content_of, also=("renew_on",), opened=(DRAFT, CLEARED))


@act("engagement.draft_agreement", title=_("起草战略合作协议"), roles=ROLES)
def draft_agreement(*, actor: Actor, unit: UUID, starts_on: date, ends_on: date, renew_on: date | None = None) -> str:  # fmt: skip
    """Begin an agreement with a client, or the renewal of the one in force with its days moved, and return its public id.

    Args:
        actor: who writes.
        unit: the client.
        starts_on: its first day.
        ends_on: its last day.
        renew_on: from when on its renewal is due; None for as long before its end as the rule says.

    Raises:
        Refused: DRAFT_THERE, somebody is writing one; DRAFT_TERM; AGREEMENT_RENEWAL.
        ScopeDenied: no such client in sight.
    """
    client = in_sight(actor, unit)
    today = business_date(actor.at)
    check_term(starts_on, ends_on, today)
    renewal = renew_on or max(starts_on, ends_on - timedelta(days=int(rule("AGREEMENT.NOTICE", today).value)))
    _check_renewal(renewal, starts_on, ends_on)
    before = agreement_in_force(actor, unit_id=client.pk)
    held = renewed(entries_of(before), before.starts_on, starts_on, ends_on) if before else []
    return begun(AGREEMENTS, actor, Agreement(
        **about(client), starts_on=starts_on, ends_on=ends_on, renew_on=renewal, entries=[one.kept() for one in held]
    ))  # fmt: skip


@act("engagement.set_agreement_term", title=_("修改协议期间"), roles=ROLES)
def set_agreement_term(
    *, actor: Actor, public_id: UUID, starts_on: date, ends_on: date, renew_on: date
) -> dict[str, int]:
    """Give a draft other days. Raises `Refused` DRAFT_FROZEN, DRAFT_TERM, AGREEMENT_RENEWAL, AGREEMENT_PAST_END."""
    row = the_draft(AGREEMENTS, actor, public_id)
    check_term(starts_on, ends_on, business_date(actor.at))
    _check_renewal(renew_on, starts_on, ends_on)
    for one in entries_of(row):
        check_entry(one, ends_on)
    before = {"starts_on": row.starts_on, "ends_on": row.ends_on, "renew_on": row.renew_on}
    row.starts_on, row.ends_on, row.renew_on = starts_on, ends_on, renew_on
    return saved(AGREEMENTS, actor, row, "term_set", before=before)


def _check_renewal(renew_on: date, starts_on: date, ends_on: date) -> None:
    if not starts_on <= renew_on <= ends_on:
        raise Refused("AGREEMENT_RENEWAL", "开始商谈续签的日期应在协议期间之内。", "请改正日期，例如到期前三个月。", field="renew_on")  # fmt: skip


@act("engagement.write_agreement_entry", title=_("填写合作协议"), roles=ROLES)
def write_agreement_entry(
    *, actor: Actor, public_id: UUID, edition: int, kind: str, said: Mapping[str, Any], entry: UUID | None = None
) -> dict[str, int | str]:  # fmt: skip
    """Write one entry of a draft, a new one or one that is there, and return its key and the agreement's edition.

    Raises:
        Refused: DRAFT_FROZEN, DRAFT_MOVED, ENTRY_ABSENT; what `Document.made` and `with_entry` refuse, and `check_entry`; BRANCH_UNKNOWN,
            STAFF_UNKNOWN, PERSON_ELSEWHERE, TEXT_TERMS.
        ScopeDenied: no such agreement, or member, in sight.
    """
    row = the_draft(AGREEMENTS, actor, public_id, edition)
    entries = the_entry(row, entry, kind)
    one = written(AGREEMENTS, entry, kind, said)
    check_entry(one, row.ends_on)
    if one.kind == OURS and not clients.branch_name(actor, code=one.branch):
        raise Refused("BRANCH_UNKNOWN", "没有这个机构。", "请从列表中选择。", field="branch")
    return put_entry(AGREEMENTS, actor, row, entries, one, new=entry is None)


@act("engagement.drop_agreement_entry", title=_("删去协议条目"), roles=ROLES)
def drop_agreement_entry(*, actor: Actor, public_id: UUID, edition: int, entry: UUID) -> dict[str, int]:
    """Take one entry out of a draft. Raises `Refused` DRAFT_FROZEN, DRAFT_MOVED, ENTRY_ABSENT."""
    return take_entry(AGREEMENTS, actor, the_draft(AGREEMENTS, actor, public_id, edition), entry)


@act("engagement.withdraw_agreement", title=_("撤回合作协议"), roles=ROLES)
def withdraw_agreement(*, actor: Actor, public_id: UUID, reason: str) -> dict[str, str]:
    """Give up an agreement that is not signed; it stays on record.

    Raises:
        Refused: AGREEMENT_SIGNED, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such agreement in sight.
    """
    row = the_row(AGREEMENTS, actor, public_id)
    if row.state not in AGREEMENTS.opened:
        raise Refused("AGREEMENT_SIGNED", "协议已签署或已撤回，不能再撤回。", "已签署的请办理终止。")
    return withdraw(AGREEMENTS, actor, row, reason)
