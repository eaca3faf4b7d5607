"""Writing an account plan: begin a version, write and drop its entries, choose what the client may see, withdraw it.

Every change says which edition it was made on, so that two people, or two tabs, never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients.resources import about, in_sight
from jinlan.domains.engagement.models import AccountPlan
from jinlan.domains.engagement.rules.document import OBJECTIVE, OWN
from jinlan.domains.engagement.rules.plan import PLAN, check_shared
from jinlan.domains.engagement.selectors.plans import as_it_stands, entries_of, newest_value, plan_in_force
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
)
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.acts import act, content_hash

REPLACED, CLOSED = "replaced", "closed"


def content_of(row: AccountPlan) -> str:
    """Return the hash of what is approved of a plan."""
    return content_hash({"entries": row.entries, "shared": row.shared, "starts_on": row.starts_on, "ends_on": row.ends_on})  # fmt: skip


PLANS = Sort(AccountPlan, PLAN, "plan", content_of, also=("shared",))


@act("engagement.draft_plan", title=_("起草客户计划"), roles=ROLES)
def draft_plan(*, actor: Actor, unit: UUID, starts_on: date, ends_on: date) -> str:
    """Begin a version of a client's plan, with what the plan in force says and how its actions stand by now, and return its public id.

    Raises:
        Refused: DRAFT_THERE, somebody is writing one; DRAFT_TERM.
        ScopeDenied: no such client in sight.
    """
    client = in_sight(actor, unit)
    today = business_date(actor.at)
    check_term(starts_on, ends_on, today)
    before = plan_in_force(actor, unit_id=client.pk)
    entries = [one.kept() for one in as_it_stands(actor, before, today=today)] if before else []
    return begun(PLANS, actor, AccountPlan(
        **about(client), starts_on=starts_on, ends_on=ends_on, entries=entries, shared=before.shared if before else []
    ))  # fmt: skip


@act("engagement.set_plan_term", title=_("修改计划期间"), roles=ROLES)
def set_plan_term(
    *, actor: Actor, public_id: UUID, starts_on: date, ends_on: date, edition: int
) -> dict[str, int]:
    """Give a draft other first and last days.

    Raises:
        Refused: DRAFT_FROZEN, DRAFT_MOVED, DRAFT_TERM.
        ScopeDenied: no such plan in sight.
    """
    row = the_draft(PLANS, actor, public_id, edition)
    check_term(starts_on, ends_on, business_date(actor.at))
    before = {"starts_on": row.starts_on, "ends_on": row.ends_on}
    row.starts_on, row.ends_on = starts_on, ends_on
    return saved(PLANS, actor, row, "term_set", before=before)


@act("engagement.write_plan_entry", title=_("填写客户计划"), roles=ROLES)
def write_plan_entry(
    *, actor: Actor, public_id: UUID, edition: int, kind: str, said: Mapping[str, Any], entry: UUID | None = None
) -> dict[str, int | str]:  # fmt: skip
    """Write one entry of a draft, a new one or one that is there, and return its key and the plan's edition.

    Args:
        actor: who writes.
        public_id: of the plan.
        edition: that was read.
        kind: of the entry, see `rules.plan.SHAPES`.
        said: its values by field. A measured objective without a baseline begins where the newest figures stand.
        entry: its key; None for a new one.

    Raises:
        Refused: DRAFT_FROZEN, DRAFT_MOVED, ENTRY_ABSENT; what `rules.plan.made` and `with_entry` refuse; STAFF_UNKNOWN, PERSON_ELSEWHERE,
            PLAN_NO_FIGURE, TEXT_TERMS.
        ScopeDenied: no such plan, or member, in sight.
    """
    row = the_draft(PLANS, actor, public_id, edition)
    entries = the_entry(row, entry, kind)
    one = written(PLANS, entry, kind, _based(actor, row, said) if kind == OBJECTIVE else said)
    return put_entry(PLANS, actor, row, entries, one, new=entry is None)


@act("engagement.drop_plan_entry", title=_("删去计划条目"), roles=ROLES)
def drop_plan_entry(*, actor: Actor, public_id: UUID, edition: int, entry: UUID) -> dict[str, int]:
    """Take one entry out of a draft, with every reference to it.

    Raises:
        Refused: DRAFT_FROZEN, DRAFT_MOVED, ENTRY_ABSENT.
        ScopeDenied: no such plan in sight.
    """
    row = the_draft(PLANS, actor, public_id, edition)
    row.shared = [one for one in row.shared if not one.startswith(f"{entry}.")]
    return take_entry(PLANS, actor, row, entry)


@act("engagement.share_plan", title=_("选择给客户看的内容"), roles=ROLES)
def share_plan(*, actor: Actor, public_id: UUID, edition: int, shared: Sequence[str]) -> dict[str, int]:
    """Say field by field (``key.field``) what of a draft the client may see once it is in force.

    Raises:
        Refused: DRAFT_FROZEN, DRAFT_MOVED, PLAN_SHARED.
        ScopeDenied: no such plan in sight.
    """
    row = the_draft(PLANS, actor, public_id, edition)
    before = {"shared": len(row.shared)}
    row.shared = check_shared(entries_of(row), shared)
    return saved(PLANS, actor, row, "shared", before=before, after={"shared": len(row.shared)})


@act("engagement.withdraw_plan", title=_("撤回计划草稿"), roles=ROLES)
def withdraw_plan(*, actor: Actor, public_id: UUID, reason: str) -> dict[str, str]:
    """Give up a draft; it stays on record.

    Raises:
        Refused: DRAFT_FROZEN, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such plan in sight.
    """
    return withdraw(PLANS, actor, the_draft(PLANS, actor, public_id), reason)


def the_plan(actor: Actor, public_id: UUID, *, lock: bool = True) -> AccountPlan:
    """Return a plan in sight that the actor may change, held against others.

    Raises:
        ScopeDenied: there is none for this actor.
    """
    row: AccountPlan = the_row(PLANS, actor, public_id, lock=lock)
    return row


def _based(actor: Actor, row: AccountPlan, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of an objective, begun at the newest figures where no baseline is given."""
    if said.get("baseline") not in (None, "") or said.get("metric") in (None, "", OWN):
        return dict(said)
    value, as_of = newest_value(actor, row.unit_id, str(said["metric"]))
    if value is None or as_of is None:
        raise Refused("PLAN_NO_FIGURE", "最新数据里没有这项指标，请填写基线。", "请写基线与基线日期。", field="baseline")  # fmt: skip
    return {**said, "baseline": value, "since": said.get("since") or as_of}
