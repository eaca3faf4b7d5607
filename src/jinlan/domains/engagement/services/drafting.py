"""Writing a document by version: what account plans and agreements have in common.

Every change says which edition it was made on, so that two people, or two tabs, never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.models.plans import Drafted
from jinlan.domains.engagement.rules.document import Document, Entry, without_entry
from jinlan.domains.engagement.rules.interactions import check_reason
from jinlan.domains.engagement.selectors.plans import DRAFT, entries_of
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import about_member, people_of, staff_of
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

WITHDRAWN = "withdrawn"
WORDS = ("text", "source", "answer", "unit")  # of an entry: free text
WRITTEN = ("starts_on", "ends_on", "entries", "content", "edition", "changed_at")


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of document: its table, its kinds of entries, and its name in the audit.

    `content_of` returns the hash of what is approved; `also` are columns of its own that change with a draft.
    """

    model: type[Drafted]
    document: Document
    thing: str
    content_of: Callable[[Any], str]
    also: tuple[str, ...] = ()
    opened: tuple[str, ...] = (DRAFT,)  # states of which a client has one alone


def begun(sort: Sort, actor: Actor, row: Any) -> str:
    """Keep a new draft under the next number of its client, and return its public id.

    Raises:
        Refused: DRAFT_THERE, somebody is writing one, or one waits to be signed.
    """
    rows = visible(actor, sort.model).filter(unit_id=row.unit_id)
    row.number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    row.made_by, row.made_name, row.made_at, row.changed_at = (
        actor.username,
        name_of(actor),
        actor.at,
        actor.at,
    )
    row.content = sort.content_of(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # of two who begin at once the second; also one that is withdrawn keeps its number
        held = rows.filter(state__in=sort.opened).first()
        raise Refused(
            "DRAFT_THERE", "%(who)s 正在起草第 %(number)s 版。", "请在那份草稿上修改，或先撤回它。", who=held.made_name if held else "",
            number=held.number if held else row.number,
        ) from None  # fmt: skip
    audit(actor, f"engagement.{sort.thing}_drafted", sort.thing, row.public_id, after=seen(row))
    return str(row.public_id)


def the_row(sort: Sort, actor: Actor, public_id: UUID, *, lock: bool = True) -> Any:
    """Return a document in sight that the actor may change, held against others.

    Raises:
        ScopeDenied: there is none for this actor.
    """
    rows = visible(actor, sort.model).filter(public_id=public_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这份文件。", "")
    return row


def the_draft(sort: Sort, actor: Actor, public_id: UUID, edition: int | None = None) -> Any:
    """Return a draft, held.

    Raises:
        Refused: DRAFT_FROZEN, it is none any more; DRAFT_MOVED, somebody changed it since it was read.
    """
    row = the_row(sort, actor, public_id)
    check_draft(row)
    if edition is not None and row.edition != edition:
        raise Refused(
            "DRAFT_MOVED", "草稿已被另一处修改（第 %(edition)s 次）。", "请核对最新的内容后再提交；这里填写的还在页面上。", edition=row.edition
        )  # fmt: skip
    return row


def check_draft(row: Drafted) -> None:
    """Refuse (DRAFT_FROZEN) what is no draft any more."""
    if row.state != DRAFT:
        raise Refused("DRAFT_FROZEN", "这一版已经定稿，不能再改。", "请起草新的一版。")


def check_term(starts_on: date, ends_on: date, today: date) -> None:
    """Refuse (DRAFT_TERM) days that are in the wrong order or over."""
    if ends_on <= starts_on or ends_on < today:
        raise Refused("DRAFT_TERM", "最后一天应晚于第一天，也不早于今天。", "请改正日期。", field="ends_on")


def the_entry(row: Drafted, entry: UUID | None, kind: str) -> list[Entry]:
    """Return the entries of a document. Refused (ENTRY_ABSENT) when one is named that is not there, or of another kind."""
    entries = entries_of(row)
    if entry is not None and not any(one.key == entry and one.kind == kind for one in entries):
        raise Refused("ENTRY_ABSENT", "这一条已经不在里面。", "请刷新页面。")
    return entries


def put_entry(sort: Sort, actor: Actor, row: Any, entries: list[Entry], one: Entry, *, new: bool) -> dict[str, int | str]:  # fmt: skip
    """Put an entry into a draft that is held, after who and what it names was looked up.

    Raises:
        Refused: what `Document.with_entry` refuses; STAFF_UNKNOWN, PERSON_ELSEWHERE, TEXT_TERMS.
        ScopeDenied: no such member in sight.
    """
    _check_named(actor, row, one)
    row.entries = [each.kept() for each in sort.document.with_entry(entries, one)]
    told = {"kind": one.kind, "entry": one.key, "new": new}
    return {**saved(sort, actor, row, "written", after=told), "entry": str(one.key)}


def written(sort: Sort, entry: UUID | None, kind: str, said: Mapping[str, Any]) -> Entry:
    """Return the entry that somebody wrote, with its own key or a new one."""
    return sort.document.made(entry or uuid7(), kind, said)


def take_entry(sort: Sort, actor: Actor, row: Any, entry: UUID) -> dict[str, int]:
    """Take an entry out of a draft that is held, with every reference to it."""
    row.entries = [each.kept() for each in without_entry(entries_of(row), entry)]
    return saved(sort, actor, row, "entry_dropped", after={"entry": entry})


def withdraw(sort: Sort, actor: Actor, row: Any, reason: str) -> dict[str, str]:
    """Give up a document that is held; it stays on record.

    Raises:
        Refused: REASON_SHORT, TEXT_TERMS.
    """
    check_reason(reason)
    refuse_terms_in(reason=reason)
    before, row.state = row.state, WITHDRAWN
    row.reason, row.ended_on = reason.strip()[:500], business_date(actor.at)
    row.save(update_fields=["state", "reason", "ended_on"])
    audit(
        actor, f"engagement.{sort.thing}_withdrawn", sort.thing, row.public_id, before={"state": before}, after=seen(row), reason=reason
    )  # fmt: skip
    return {sort.thing: str(row.public_id), "state": row.state}


def saved(sort: Sort, actor: Actor, row: Any, verb: str, *, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None) -> dict[str, int]:  # fmt: skip
    """Keep a changed draft as its next edition."""
    row.edition, row.changed_at, row.content = row.edition + 1, actor.at, sort.content_of(row)
    row.save(update_fields=[*WRITTEN, *sort.also])
    audit(
        actor, f"engagement.{sort.thing}_{verb}", sort.thing, row.public_id, before=dict(before or {}), after=seen(row) | dict(after or {})
    )  # fmt: skip
    return {"edition": row.edition}


def seen(row: Drafted) -> dict[str, Any]:
    """Return what the audit keeps of a document: its number, state and the hash of its text, never the words."""
    return {"number": row.number, "state": row.state, "edition": row.edition, "content": row.content}


def place_of(row: Drafted) -> dict[str, Any]:
    """Return what another row about the same client holds of it for its policies."""
    return {"entity": row.entity, "unit_id": row.unit_id, "domain": row.domain, "branch_id": row.branch_id}


def _check_named(actor: Actor, row: Drafted, one: Entry) -> None:
    refuse_terms_in(**{name: getattr(one, name) for name in WORDS})
    if one.owner:
        staff_of(actor, [one.owner], "owner")
    if one.person:
        people_of(actor, {"unit_id": row.unit_id}, [one.person])
    if one.member:
        unit = clients.unit_by_key(actor, unit_id=row.unit_id)
        if unit is None:
            raise ScopeDenied("ABSENT", "没有这个客户。", "")
        about_member(actor, unit.public_id, UUID(one.member))
