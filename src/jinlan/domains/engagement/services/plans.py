"""Writing an account plan: begin a version, write and drop its entries, choose what the client may see, withdraw it.

Every change says which edition it was made on, so that two people, or two tabs, never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.clients import selectors as clients
from jinlan.clients.resources import about, in_sight
from jinlan.domains.engagement.models import AccountPlan
from jinlan.domains.engagement.rules.document import OBJECTIVE, OWN, Entry, without_entry
from jinlan.domains.engagement.rules.interactions import check_reason
from jinlan.domains.engagement.rules.plan import PLAN, check_shared
from jinlan.domains.engagement.selectors.plans import as_it_stands, entries_of, newest_value
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import ROLES, about_member, people_of, staff_of
from jinlan.kernel.acts import act, content_hash
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

DRAFT, IN_FORCE, REPLACED, CLOSED, WITHDRAWN = "draft", "in_force", "replaced", "closed", "withdrawn"
WORDS = ("text", "source", "answer", "unit")  # of an entry: free text


@act("engagement.draft_plan", title=_("起草客户计划"), roles=ROLES)
def draft_plan(*, actor: Actor, unit: UUID, starts_on: date, ends_on: date) -> str:
    """Begin a version of a client's plan, with what the plan in force says and how its actions stand by now, and return its public id.

    Raises:
        Refused: PLAN_DRAFT, somebody is writing one; PLAN_TERM.
        ScopeDenied: no such client in sight.
    """
    client = in_sight(actor, unit)
    today = business_date(actor.at)
    _check_term(starts_on, ends_on, today)
    rows = visible(actor, AccountPlan).filter(unit_id=client.pk)
    before = rows.filter(state=IN_FORCE).first()
    last = rows.aggregate(last=Max("number"))["last"] or 0
    entries = [one.kept() for one in as_it_stands(actor, before, today=today)] if before else []
    row = AccountPlan(
        **about(client), number=last + 1, starts_on=starts_on, ends_on=ends_on, entries=entries, shared=before.shared if before else [], made_by=actor.username,
        made_name=name_of(actor), made_at=actor.at, changed_at=actor.at,
    )  # fmt: skip
    row.content = content_of(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # of two who begin at once the second; also one that is withdrawn keeps its number
        held = rows.filter(state=DRAFT).first()
        raise Refused(
            "PLAN_DRAFT", "%(who)s 正在起草第 %(number)s 版。", "请在那份草稿上修改，或先撤回它。", who=held.made_name if held else "",
            number=held.number if held else last + 1,
        ) from None  # fmt: skip
    audit(actor, "engagement.plan_drafted", "plan", row.public_id, after=_seen(row))
    return str(row.public_id)


@act("engagement.set_plan_term", title=_("修改计划期间"), roles=ROLES)
def set_plan_term(
    *, actor: Actor, public_id: UUID, starts_on: date, ends_on: date, edition: int
) -> dict[str, int]:
    """Give a draft other first and last days.

    Raises:
        Refused: PLAN_FROZEN, PLAN_MOVED, PLAN_TERM.
        ScopeDenied: no such plan in sight.
    """
    row = the_draft(actor, public_id, edition)
    _check_term(starts_on, ends_on, business_date(actor.at))
    before = {"starts_on": row.starts_on, "ends_on": row.ends_on}
    row.starts_on, row.ends_on = starts_on, ends_on
    return _saved(actor, row, "engagement.plan_term_set", before=before)


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
        Refused: PLAN_FROZEN, PLAN_MOVED, ENTRY_ABSENT; what `rules.plan.made` and `with_entry` refuse; STAFF_UNKNOWN, PERSON_ELSEWHERE,
            PLAN_NO_FIGURE, TEXT_TERMS.
        ScopeDenied: no such plan, or member, in sight.
    """
    row = the_draft(actor, public_id, edition)
    entries = entries_of(row)
    if entry is not None and not any(one.key == entry and one.kind == kind for one in entries):
        raise Refused("ENTRY_ABSENT", "这一条已经不在计划里。", "请刷新页面。")
    PLAN.shape_of(kind)
    one = PLAN.made(entry or uuid7(), kind, _based(actor, row, said) if kind == OBJECTIVE else said)
    _check_named(actor, row, one)
    row.entries = [each.kept() for each in PLAN.with_entry(entries, one)]
    told = {"kind": kind, "entry": one.key, "new": entry is None}
    return {**_saved(actor, row, "engagement.plan_written", after=told), "entry": str(one.key)}


@act("engagement.drop_plan_entry", title=_("删去计划条目"), roles=ROLES)
def drop_plan_entry(*, actor: Actor, public_id: UUID, edition: int, entry: UUID) -> dict[str, int]:
    """Take one entry out of a draft, with every reference to it.

    Raises:
        Refused: PLAN_FROZEN, PLAN_MOVED, ENTRY_ABSENT.
        ScopeDenied: no such plan in sight.
    """
    row = the_draft(actor, public_id, edition)
    row.entries = [each.kept() for each in without_entry(entries_of(row), entry)]
    row.shared = [one for one in row.shared if not one.startswith(f"{entry}.")]
    return _saved(actor, row, "engagement.plan_entry_dropped", after={"entry": entry})


@act("engagement.share_plan", title=_("选择给客户看的内容"), roles=ROLES)
def share_plan(*, actor: Actor, public_id: UUID, edition: int, shared: Sequence[str]) -> dict[str, int]:
    """Say field by field (``key.field``) what of a draft the client may see once it is in force.

    Raises:
        Refused: PLAN_FROZEN, PLAN_MOVED, PLAN_SHARED.
        ScopeDenied: no such plan in sight.
    """
    row = the_draft(actor, public_id, edition)
    before = {"shared": len(row.shared)}
    row.shared = check_shared(entries_of(row), shared)
    return _saved(actor, row, "engagement.plan_shared", before=before, after={"shared": len(row.shared)})


@act("engagement.withdraw_plan", title=_("撤回计划草稿"), roles=ROLES)
def withdraw_plan(*, actor: Actor, public_id: UUID, reason: str) -> dict[str, str]:
    """Give up a draft; it stays on record.

    Raises:
        Refused: PLAN_FROZEN, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such plan in sight.
    """
    row = the_draft(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    row.state, row.reason, row.ended_on = WITHDRAWN, reason.strip()[:500], business_date(actor.at)
    row.save(update_fields=["state", "reason", "ended_on"])
    audit(actor, "engagement.plan_withdrawn", "plan", row.public_id, before={"state": DRAFT}, after=_seen(row), reason=reason)  # fmt: skip
    return {"plan": str(row.public_id), "state": row.state}


def the_plan(actor: Actor, public_id: UUID, *, lock: bool = True) -> AccountPlan:
    """Return a plan in sight that the actor may change, held against others.

    Raises:
        ScopeDenied: there is none for this actor.
    """
    rows = visible(actor, AccountPlan).filter(public_id=public_id)
    row: AccountPlan | None = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这份计划。", "")
    return row


def the_draft(actor: Actor, public_id: UUID, edition: int | None = None) -> AccountPlan:
    """Return a draft, held; refused when it is none any more, or when somebody changed it since it was read."""
    row = the_plan(actor, public_id)
    if row.state != DRAFT:
        raise Refused("PLAN_FROZEN", "这一版计划已经定稿，不能再改。", "请起草新的一版。")
    if edition is not None and row.edition != edition:
        raise Refused(
            "PLAN_MOVED", "草稿已被另一处修改（第 %(edition)s 次）。", "请核对最新的内容后再提交；这里填写的还在页面上。", edition=row.edition
        )  # fmt: skip
    return row


def place_of_plan(row: AccountPlan) -> dict[str, Any]:
    """Return what another row about the same client holds of it for its policies."""
    return {"entity": row.entity, "unit_id": row.unit_id, "domain": row.domain, "branch_id": row.branch_id}


def content_of(row: AccountPlan) -> str:
    """Return the hash of what is approved of a plan."""
    return content_hash({"entries": row.entries, "shared": row.shared, "starts_on": row.starts_on, "ends_on": row.ends_on})  # fmt: skip


def _based(actor: Actor, row: AccountPlan, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of an objective, begun at the newest figures where no baseline is given."""
    if said.get("baseline") not in (None, "") or said.get("metric") in (None, "", OWN):
        return dict(said)
    value, as_of = newest_value(actor, row.unit_id, str(said["metric"]))
    if value is None or as_of is None:
        raise Refused("PLAN_NO_FIGURE", "最新数据里没有这项指标，请填写基线。", "请写基线与基线日期。", field="baseline")  # fmt: skip
    return {**said, "baseline": value, "since": said.get("since") or as_of}


def _check_named(actor: Actor, row: AccountPlan, one: Entry) -> None:
    refuse_terms_in(**{name: getattr(one, name) for name in WORDS})
    if one.owner:
        staff_of(actor, [one.owner], "owner")
    place = {"unit_id": row.unit_id}
    if one.person:
        people_of(actor, place, [one.person])
    if one.member:
        about_member(actor, _unit_key(actor, row), UUID(one.member))


def _unit_key(actor: Actor, row: AccountPlan) -> UUID:
    unit = clients.unit_by_key(actor, unit_id=row.unit_id)
    if unit is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    return unit.public_id


def _check_term(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on <= starts_on or ends_on < today:
        raise Refused(
            "PLAN_TERM", "计划的最后一天应晚于第一天，也不早于今天。", "请改正日期。", field="ends_on"
        )


def _saved(actor: Actor, row: AccountPlan, verb: str, *, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None) -> dict[str, int]:  # fmt: skip
    row.edition, row.changed_at, row.content = row.edition + 1, actor.at, content_of(row)
    row.save(update_fields=["starts_on", "ends_on", "entries", "shared", "content", "edition", "changed_at"])
    audit(actor, verb, "plan", row.public_id, before=dict(before or {}), after=_seen(row) | dict(after or {}))
    return {"edition": row.edition}


def _seen(row: AccountPlan) -> dict[str, Any]:
    """Return what the audit keeps of a plan: its number, state and the hash of its text, never the words."""
    return {"number": row.number, "state": row.state, "edition": row.edition, "content": row.content}
