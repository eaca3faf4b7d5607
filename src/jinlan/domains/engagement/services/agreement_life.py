"""An agreement is cleared by two others, signed by both sides, measured, and ends.

With the signatures each deed becomes a promise in the ledger on each of its days; measures are held against the published figures.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.models import Agreement, AgreementDeed, PlanReading, Promise
from jinlan.domains.engagement.rules.agreement import AGREEMENT, DEED, MEASURE, days_of, sides_without
from jinlan.domains.engagement.rules.document import OWN, Entry
from jinlan.domains.engagement.rules.interactions import check_lengths, check_reason
from jinlan.domains.engagement.rules.promises import OPEN
from jinlan.domains.engagement.selectors.agreements import CLEARED, agreement_in_force, credit_text
from jinlan.domains.engagement.selectors.plans import DRAFT, IN_FORCE, entries_of
from jinlan.domains.engagement.services.agreements import AGREEMENTS
from jinlan.domains.engagement.services.drafting import (
    check_draft,
    check_term,
    place_of,
    seen,
    the_row,
)
from jinlan.domains.engagement.services.promises import add_promise, close_with
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import ROLES, staff_of
from jinlan.kernel.acts import Matter, act, approval
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.who import name_of

REPLACED, ENDED = "replaced", "ended"
REVIEWERS, HEADS = ("risk", "compliance", "branch_head"), ("dept_head",)
SIGNERS = ("branch_head", "dept_head")
NAME, REFERENCE, EVIDENCE = 100, 60, 500  # characters at most


def about_agreement(*, actor: Actor, public_id: UUID) -> Matter:
    """Return what would be cleared for signing, after the rules looked at it; needs a running scope."""
    row = the_row(AGREEMENTS, actor, public_id, lock=False)
    _check_ready(actor, row)
    unit = clients.unit_by_key(actor, unit_id=row.unit_id)
    return Matter(
        title=unit.name if unit else "", before=_told(agreement_in_force(actor, unit_id=row.unit_id)), after=_told(row),
        version=f"{row.content}|{row.edition}|{row.state}", unit=(row.unit_id, row.domain, row.branch_id),
    )  # fmt: skip


def _told(row: Agreement | None) -> dict[str, str]:
    if row is None:
        return dict.fromkeys(("number", "starts_on", "ends_on", "credit", "deeds", "measures"), "")
    entries = entries_of(row)
    return {
        "number": str(row.number), "starts_on": str(row.starts_on), "ends_on": str(row.ends_on), "credit": credit_text(entries),
        "deeds": str(sum(one.kind == DEED for one in entries)), "measures": str(sum(one.kind == MEASURE for one in entries)),
    }  # fmt: skip


def _check_ready(actor: Actor, row: Agreement) -> None:
    check_draft(row)
    entries, today = entries_of(row), business_date(actor.at)
    if missing := AGREEMENT.missing_of(entries):
        raise Refused("AGREEMENT_INCOMPLETE", "协议还不完整，缺 %(n)s 处。", "请按协议页上的清单补齐。", n=len(missing))  # fmt: skip
    if sides_without(entries):
        raise Refused("AGREEMENT_ONE_SIDED", "有一方没有任何承诺。", "请写明双方各自做什么。")
    check_term(row.starts_on, row.ends_on, today)
    _check_ahead(entries, today)
    for one in entries:
        if one.owner:
            staff_of(actor, [one.owner], "owner")


def _check_ahead(entries: list[Entry], today: date) -> None:
    late = [one.text for one in entries if one.kind == DEED and one.due is not None and one.due < today]
    if late:
        raise Refused("AGREEMENT_PAST", "承诺的日期已经过去：%(texts)s。", "请与客户约定新的日期。", texts=late[:3])  # fmt: skip


@act("engagement.clear_agreement", title=_("合作协议送签"), roles=ROLES, stages=(REVIEWERS, HEADS), matter=about_agreement)  # fmt: skip
def clear_agreement(*, actor: Actor, public_id: UUID) -> dict[str, int]:
    """Clear a draft for signing after two others looked at it.

    Raises:
        Refused: as `about_agreement`.
        ScopeDenied: no such agreement in sight.
    """
    row, people = the_row(AGREEMENTS, actor, public_id), approval()
    _check_ready(actor, row)
    row.state, row.checked_by, row.approved_at = CLEARED, list(people.checkers), actor.at
    row.save(update_fields=["state", "checked_by", "approved_at"])
    audit(
        actor, "engagement.agreement_cleared", "agreement", row.public_id, before={"state": DRAFT}, after=seen(row) | {"checked_by": row.checked_by},
        reason=people.reason,
    )  # fmt: skip
    return {"number": row.number}


@act("engagement.sign_agreement", title=_("登记协议已签署"), roles=SIGNERS)
def sign_agreement(
    *, actor: Actor, public_id: UUID, signed_on: date, signed_ours: str, signed_theirs: str, reference: str = ""
) -> dict[str, int]:  # fmt: skip
    """Write down that both sides signed what was cleared: it takes force, and its deeds become promises.

    Raises:
        Refused: AGREEMENT_NOT_CLEARED, AGREEMENT_SIGNED_ON, AGREEMENT_SIGNERS, TEXT_TERMS, TEXT_LONG.
        ScopeDenied: no such agreement in sight.
    """
    row, today = the_row(AGREEMENTS, actor, public_id), business_date(actor.at)
    if row.state != CLEARED:
        raise Refused("AGREEMENT_NOT_CLEARED", "协议还没有审批通过，或已经签署。", "请刷新页面查看状态。")
    if signed_on > today or (row.approved_at and signed_on < business_date(row.approved_at)):
        raise Refused("AGREEMENT_SIGNED_ON", "签署日期应在审批通过之后，且不晚于今天。", "请改正日期。", field="signed_on")  # fmt: skip
    for field, text in (("signed_ours", signed_ours), ("signed_theirs", signed_theirs)):
        if len(text.strip()) < 2:
            raise Refused("AGREEMENT_SIGNERS", "请写明双方的签署人。", "姓名与职务。", field=field)
        check_lengths((field, text, NAME))
    check_lengths(("reference", reference, REFERENCE))
    refuse_terms_in(signed_ours=signed_ours, signed_theirs=signed_theirs, reference=reference)
    before = agreement_in_force(actor, unit_id=row.unit_id, lock=True)
    if before is not None:
        before.state, before.ended_on = REPLACED, today
        before.save(update_fields=["state", "ended_on"])
    row.state, row.signed_on, row.signed_at = IN_FORCE, signed_on, actor.at
    row.signed_ours, row.signed_theirs, row.reference = (
        signed_ours.strip(),
        signed_theirs.strip(),
        reference.strip(),
    )
    row.save(update_fields=["state", "signed_on", "signed_at", "signed_ours", "signed_theirs", "reference"])
    promises = sum(_promised(actor, row, one) for one in entries_of(row) if one.kind == DEED)
    audit(
        actor, "engagement.agreement_signed", "agreement", row.public_id, before={"replaces": before.number if before else None},
        after=seen(row) | {"signed_on": signed_on, "promises": promises},
    )  # fmt: skip
    return {"number": row.number, "promises": promises}


def _promised(actor: Actor, row: Agreement, one: Entry) -> int:
    """Make promises of a deed, one for each of its days."""
    days = days_of(one, row.ends_on)
    for due_on in days:
        said = {"side": one.side, "what": one.text, "due_on": due_on, "owner": one.owner, "person": one.person or None, "made_on": min(row.signed_on or due_on, due_on)}  # fmt: skip
        promise = add_promise(
            actor, {**place_of(row), "unit_branch_id": row.branch_id, "party_id": None}, said
        )
        AgreementDeed.objects.create(
            **place_of(row), agreement=row, entry=one.key, due_on=due_on, promise=promise
        )
    return len(days)


@act("engagement.end_agreement", title=_("终止合作协议"), roles=SIGNERS)
def end_agreement(*, actor: Actor, public_id: UUID, word: str, reason: str) -> dict[str, int]:
    """End an agreement before its last day, as both sides said; what it still promised is released by that word.

    Args:
        actor: who writes it down.
        public_id: of the agreement.
        word: how both sides said so: the paper, who and when.
        reason: why.

    Raises:
        Refused: AGREEMENT_NOT_IN_FORCE, REASON_SHORT, TEXT_TERMS, TEXT_LONG.
        ScopeDenied: no such agreement in sight.
    """
    row, today = the_row(AGREEMENTS, actor, public_id), business_date(actor.at)
    if row.state != IN_FORCE:
        raise Refused("AGREEMENT_NOT_IN_FORCE", "协议不在执行中。", "请刷新页面。")
    check_reason(word, "word")
    check_reason(reason)
    check_lengths(("word", word, EVIDENCE))
    refuse_terms_in(word=word, reason=reason)
    row.state, row.reason, row.ended_on = ENDED, reason.strip()[:500], today
    row.save(update_fields=["state", "reason", "ended_on"])
    keys = AgreementDeed.objects.filter(agreement=row).values_list("promise_id", flat=True)
    held = list(
        visible(actor, Promise).select_for_update().filter(pk__in=list(keys), state=OPEN, due_on__gte=today)
    )
    for promise in held:
        promise.evidence = word.strip()
        close_with(actor, promise, "released", today, reason)
    audit(
        actor, "engagement.agreement_ended", "agreement", row.public_id, before={"state": IN_FORCE}, after=seen(row) | {"released": len(held)},
        reason=reason,
    )  # fmt: skip
    return {"number": row.number, "released": len(held)}


@act("engagement.read_agreement_measure", title=_("登记协议指标"), roles=ROLES)
def read_agreement_measure(
    *, actor: Actor, public_id: UUID, measure: UUID, value: Decimal, evidence: str, read_on: date | None = None
) -> str:  # fmt: skip
    """Write down where a measure that no figure shows stood on a day, and how that is known.

    Raises:
        Refused: AGREEMENT_NOT_IN_FORCE, AGREEMENT_MEASURE (none, or one that the figures show), AGREEMENT_DAY, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such agreement in sight.
    """
    row, today = the_row(AGREEMENTS, actor, public_id), business_date(actor.at)
    if row.state != IN_FORCE:
        raise Refused("AGREEMENT_NOT_IN_FORCE", "协议不在执行中。", "请刷新页面。")
    found = next((one for one in entries_of(row) if one.kind == MEASURE and one.key == measure), None)
    if found is None or found.metric != OWN:
        raise Refused("AGREEMENT_MEASURE", "这项指标不由人工登记。", "由系统度量的指标随数据更新。", field="measure")  # fmt: skip
    day = read_on or today
    if not found.days[0] <= day <= today:
        raise Refused(
            "AGREEMENT_DAY", "日期应在指标开始之后，且不晚于今天。", "请改正日期。", field="read_on"
        )
    check_reason(evidence, "evidence")
    check_lengths(("evidence", evidence, EVIDENCE))
    refuse_terms_in(evidence=evidence)
    made = PlanReading.objects.create(
        **place_of(row), objective=measure, read_on=day, value=value, evidence=evidence.strip(), by=actor.username, by_name=name_of(actor), at=actor.at
    )  # fmt: skip
    audit(actor, "engagement.agreement_measured", "agreement", row.public_id, after={"measure": measure, "read_on": day})  # fmt: skip
    return str(made.public_id)
