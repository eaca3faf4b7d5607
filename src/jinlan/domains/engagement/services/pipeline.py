"""What people do about opportunities: open, prove, advance, go back, push, win, lose.

Every act holds the row first. Whoever advances says from which stage he does: of two at once one advances, the other is told.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.money import Money
from jinlan.domains.engagement import pipeline_words as words
from jinlan.domains.engagement.models import Opportunity
from jinlan.domains.engagement.rules import pipeline as rules
from jinlan.domains.engagement.rules.interactions import check_lengths, check_reason
from jinlan.domains.engagement.rules.pipeline import CONFIRMED, DATED, LAST, LOSSES, PERSON
from jinlan.domains.engagement.selectors.pipeline import missing_of, numbers_on, seen_of
from jinlan.domains.engagement.selectors.plans import objective_of
from jinlan.domains.engagement.services.pipeline_rows import (
    add_step,
    hand_over_opportunity,
    last_by,
    running,
    saved,
    told,
)
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import ROLES, about_member, staff_of
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.who import name_of

TITLE, RIVAL, EVIDENCE = 200, 200, 300  # characters at most


def objective_in_sight(actor: Actor, unit_id: int, public_id: UUID | None) -> UUID | None:
    """Return the objective of a client's plan in force that an opportunity serves; None is an opportunity outside of any plan.

    Raises:
        Refused: OBJECTIVE_UNKNOWN, the client's plan has no such objective.
    """
    if public_id is not None and objective_of(actor, unit_id=unit_id, key=public_id) is None:
        raise Refused(
            "OBJECTIVE_UNKNOWN",
            "客户发展计划中没有这个目标。",
            "请从计划的目标中选择，或留空为计划外。",
            field="objective",
        )
    return public_id


@act("engagement.open_opportunity", title=_("建立商机"), roles=ROLES)
def open_opportunity(
    *, actor: Actor, unit: UUID, title: str, product: str, amount: Decimal, margin: Decimal, closes_on: date, source: str, currency: str = "CNY",
    owner: str = "", rival: str = "", party: UUID | None = None, objective: UUID | None = None,
) -> str:  # fmt: skip
    """Write an opportunity down in the first stage, and return its public id.

    Raises:
        Refused: OPPORTUNITY_TITLE, OPPORTUNITY_PRODUCT, OPPORTUNITY_SOURCE, OPPORTUNITY_AMOUNT, OPPORTUNITY_MARGIN, CLOSE_PAST,
            currency.unknown, STAFF_UNKNOWN, OBJECTIVE_UNKNOWN, TEXT_TERMS, TEXT_LONG.
        ScopeDenied: no such client in sight.
    """
    place, today = about_member(actor, unit, party), business_date(actor.at)
    money = _terms(title, product, amount, currency, margin, source, rival)
    _ahead(closes_on, today)
    (code,) = staff_of(actor, [owner], "owner")
    row = Opportunity.objects.create(
        **place, title=title.strip(), product=product, amount=money.amount, currency=money.currency, margin=margin, closes_on=closes_on,
        first_closes_on=closes_on, owner=code, source=source, rival=rival.strip(), objective=objective_in_sight(actor, place["unit_id"], objective),
        stage_since=today, made_by=actor.username, made_name=name_of(actor), made_at=actor.at,
    )  # fmt: skip
    add_step(actor, row, "opened")
    audit(actor, "engagement.opportunity_opened", "opportunity", row.public_id, after=told(row))
    return str(row.public_id)


@act("engagement.change_opportunity", title=_("修改商机"), roles=ROLES)
def change_opportunity(
    *, actor: Actor, public_id: UUID, title: str, product: str, amount: Decimal, margin: Decimal, source: str, reason: str, currency: str = "CNY",
    rival: str = "", objective: UUID | None = None,
) -> dict[str, str]:  # fmt: skip
    """Change what an opportunity is about; other terms make an approval void, and are refused where it was built on.

    Raises:
        Refused: OPPORTUNITY_CLOSED, TERMS_CONFIRMED; as `open_opportunity`.
        ScopeDenied: no such opportunity in sight.
    """
    row = running(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    money = _terms(title, product, amount, currency, margin, source, rival)
    wanted = objective_in_sight(actor, row.unit_id, objective) if objective != row.objective else objective
    before = told(row)
    if (product, money.amount, money.currency, margin) != (row.product, row.amount, row.currency, row.margin):
        if row.stage >= 4:
            raise Refused(
                "TERMS_CONFIRMED", "这些条件已经内部批准，不能直接修改。", "请先退回到上一阶段，修改后重新报批。", field="amount"
            )  # fmt: skip
        row.criteria = {code: one for code, one in row.criteria.items() if code != CONFIRMED}
    row.title, row.product, row.amount, row.currency = title.strip(), product, money.amount, money.currency
    row.margin, row.source, row.rival, row.objective = margin, source, rival.strip(), wanted
    return saved(actor, row, "changed", "engagement.opportunity_changed", before=before, reason=reason)


@act("engagement.tick_criterion", title=_("满足条件"), roles=ROLES)
def tick_criterion(
    *, actor: Actor, public_id: UUID, criterion: str, evidence: str, done_on: date | None = None
) -> dict[str, str]:
    """Say that a criterion is met, on what evidence and since when; what the system or others look at cannot be ticked.

    Raises:
        Refused: OPPORTUNITY_CLOSED, CRITERION_UNKNOWN, CRITERION_EVIDENCE, CRITERION_DAY, TEXT_TERMS, TEXT_LONG.
        ScopeDenied: no such opportunity in sight.
    """
    row, today = running(actor, public_id), business_date(actor.at)
    one = rules.criterion(criterion)
    if one is None or one.kind not in (PERSON, DATED):
        raise Refused(
            "CRITERION_UNKNOWN", "这个条件不由经办确认。", "系统核对或由他人复核后即满足。", field="criterion"
        )
    if len(evidence.strip()) < 5:
        raise Refused(
            "CRITERION_EVIDENCE",
            "请写明依据，至少 5 个字。",
            "例如谁在何时说的，或文件编号。",
            field="evidence",
        )
    check_lengths(("evidence", evidence, EVIDENCE))
    refuse_terms_in(evidence=evidence)
    if one.kind == DATED and done_on is None:
        raise Refused("CRITERION_DAY", "请填写日期。", "例如合同的签署日期。", field="done_on")
    if done_on is not None and done_on > today:
        raise Refused("CRITERION_DAY", "日期不能晚于今天。", "请改正日期。", field="done_on")
    before = {"criteria": sorted(row.criteria)}
    day = done_on or today
    row.criteria = row.criteria | {
        one.code: {
            "evidence": evidence.strip(), "on": day.isoformat(), "by": actor.username, "name": name_of(actor), "at": actor.at.isoformat(),
        }
    }  # fmt: skip
    return saved(
        actor,
        row,
        "ticked",
        "engagement.opportunity_ticked",
        before=before,
        reason=evidence,
        criterion=one.code,
    )


@act("engagement.untick_criterion", title=_("撤回条件"), roles=ROLES)
def untick_criterion(*, actor: Actor, public_id: UUID, criterion: str, reason: str) -> dict[str, str]:
    """Take back that a criterion is met; one that a stage already reached was built on goes after the stage alone.

    Raises:
        Refused: OPPORTUNITY_CLOSED, CRITERION_OPEN, CRITERION_USED, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such opportunity in sight.
    """
    row, one = running(actor, public_id), rules.criterion(criterion)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    if one is None or one.code not in row.criteria:
        raise Refused("CRITERION_OPEN", "这个条件还没有确认。", "无需撤回。", field="criterion")
    if one.stage <= row.stage:
        raise Refused(
            "CRITERION_USED",
            "当前阶段以这个条件为依据。",
            "请先退回到前一阶段，再撤回。",
            field="criterion",
        )
    before = {"criteria": sorted(row.criteria)}
    row.criteria = {code: each for code, each in row.criteria.items() if code != one.code}
    return saved(
        actor, row, "unticked", "engagement.opportunity_unticked", before=before, reason=reason, criterion=one.code
    )  # fmt: skip


@act("engagement.advance_opportunity", title=_("推进"), roles=ROLES)
def advance_opportunity(*, actor: Actor, public_id: UUID, stage: int) -> dict[str, str]:
    """Advance by one stage; refused while anything that proves the next one is missing.

    Args:
        actor: who advances.
        public_id: of the opportunity.
        stage: the one in which the person saw it.

    Raises:
        Refused: OPPORTUNITY_CLOSED, STAGE_MOVED, STAGE_LAST, STAGE_UNMET.
        ScopeDenied: no such opportunity in sight.
    """
    row, today = running(actor, public_id), business_date(actor.at)
    _as_seen(row, stage)
    if row.stage >= LAST:
        raise Refused("STAGE_LAST", "已经是最后一个阶段。", "请登记赢单或丢单。")
    seen = seen_of(actor, unit_ids=[row.unit_id], today=today)[row.unit_id]
    if lacks := missing_of(row, seen, numbers_on(actor, today)):
        raise Refused(
            "STAGE_UNMET", "还不能推进到「%(stage)s」，缺：%(missing)s。", "请先补齐：%(way)s。", stage=words.STAGES[row.stage + 1],
            missing=[words.CRITERIA[one.code] for one in lacks], way=words.WAYS[lacks[0].code],
        )  # fmt: skip
    before = {"stage": row.stage}
    row.stage += 1
    row.furthest, row.stage_since = max(row.furthest, row.stage), today
    return saved(actor, row, "advanced", "engagement.opportunity_advanced", before=before)


@act("engagement.step_back", title=_("退回"), roles=ROLES)
def step_back(*, actor: Actor, public_id: UUID, stage: int, reason: str) -> dict[str, str]:
    """Go back to the stage before; what was ticked stays ticked.

    Args:
        actor: who goes back.
        public_id: of the opportunity.
        stage: the one to which it goes back.
        reason: why.

    Raises:
        Refused: OPPORTUNITY_CLOSED, STAGE_FIRST, STAGE_SKIP, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such opportunity in sight.
    """
    row = running(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    rules.check_back(row.stage, stage)
    before = {"stage": row.stage}
    row.stage, row.stage_since = stage, business_date(actor.at)
    return saved(actor, row, "back", "engagement.opportunity_back", before=before, reason=reason)


@act("engagement.push_opportunity", title=_("预计成交日改期"), roles=ROLES)
def push_opportunity(*, actor: Actor, public_id: UUID, closes_on: date, reason: str) -> dict[str, str]:
    """Move the day on which it is expected to close; a later day counts as a push.

    Raises:
        Refused: OPPORTUNITY_CLOSED, CLOSE_PAST, CLOSE_SAME, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such opportunity in sight.
    """
    row = running(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    _ahead(closes_on, business_date(actor.at))
    more = rules.pushed(row.closes_on, closes_on)
    before = {"closes_on": row.closes_on}
    row.closes_on, row.pushes, row.pushed_days = closes_on, row.pushes + more.times, row.pushed_days + more.days  # fmt: skip
    return saved(actor, row, "pushed", "engagement.opportunity_pushed", before=before, reason=reason)


@act("engagement.hand_opportunity", title=_("商机换人负责"), roles=ROLES)
def hand_opportunity(*, actor: Actor, public_id: UUID, owner: str, reason: str) -> dict[str, str]:
    """Let another of the bank's people answer for an opportunity.

    Raises:
        Refused: OPPORTUNITY_CLOSED, STAFF_UNKNOWN, OPPORTUNITY_OWNER, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such opportunity in sight.
    """
    row = running(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    (code,) = staff_of(actor, [owner], "owner")
    if code == row.owner:
        raise Refused(
            "OPPORTUNITY_OWNER",
            "已经由 %(employee)s 负责。",
            "请选择另一位同事。",
            employee=code,
            field="owner",
        )
    return hand_over_opportunity(actor, row, code, reason)


@act("engagement.win_opportunity", title=_("登记赢单"), roles=ROLES)
def win_opportunity(*, actor: Actor, public_id: UUID, amount: Decimal, closed_on: date) -> dict[str, str]:
    """Say that it was won, for how much and when; from the last stage alone, whose proofs stand.

    Raises:
        Refused: OPPORTUNITY_CLOSED, WIN_EARLY, OPPORTUNITY_AMOUNT, CLOSE_DAY.
        ScopeDenied: no such opportunity in sight.
    """
    row = running(actor, public_id)
    if row.stage != LAST:
        raise Refused(
            "WIN_EARLY",
            "还在「%(stage)s」，不能登记赢单。",
            "请逐个阶段推进到「%(last)s」。",
            stage=words.STAGES[row.stage],
            last=words.STAGES[LAST],
        )
    rules.check_terms(amount, row.margin)
    _within(actor, row, closed_on)
    row.state, row.won_amount, row.closed_on = rules.WON, Money(amount, row.currency).rounded().amount, closed_on  # fmt: skip
    return saved(actor, row, "won", "engagement.opportunity_won", before={"state": rules.OPEN}, day=closed_on)


@act("engagement.lose_opportunity", title=_("登记丢单"), roles=ROLES)
def lose_opportunity(
    *, actor: Actor, public_id: UUID, loss: str, reason: str, rival: str = "", closed_on: date | None = None
) -> dict[str, str]:
    """Say that it was lost, why, and to whom; from any stage.

    Raises:
        Refused: OPPORTUNITY_CLOSED, LOSS_CODE, CLOSE_DAY, REASON_SHORT, TEXT_TERMS, TEXT_LONG.
        ScopeDenied: no such opportunity in sight.
    """
    row = running(actor, public_id)
    if loss not in LOSSES:
        raise Refused("LOSS_CODE", "请选择丢单的主要原因。", "请从列表中选择。", field="loss")
    check_reason(reason)
    check_lengths(("rival", rival, RIVAL))
    refuse_terms_in(reason=reason, rival=rival)
    day = closed_on or business_date(actor.at)
    _within(actor, row, day)
    row.state, row.loss, row.closed_on = rules.LOST, loss, day
    row.rival = rival.strip() or row.rival
    return saved(actor, row, "lost", "engagement.opportunity_lost", before={"state": rules.OPEN}, reason=reason, day=day)  # fmt: skip


def _terms(
    title: str, product: str, amount: Decimal, currency: str, margin: Decimal, source: str, rival: str
) -> Money:
    """Return the amount of an opportunity as it is kept, after everything that is said of it was looked at."""
    if not title.strip():
        raise Refused("OPPORTUNITY_TITLE", "请写明是什么商机。", "一句话即可。", field="title")
    check_lengths(("title", title, TITLE), ("rival", rival, RIVAL))
    refuse_terms_in(title=title, rival=rival)
    if product not in rules.PRODUCTS:
        raise Refused("OPPORTUNITY_PRODUCT", "请选择产品。", "请从列表中选择。", field="product")
    if source not in rules.SOURCES:
        raise Refused("OPPORTUNITY_SOURCE", "请选择来源。", "请从列表中选择。", field="source")
    money = Money(amount, currency.strip().upper()).rounded()
    rules.check_terms(money.amount, margin)
    return money


def _ahead(closes_on: date, today: date) -> None:
    if closes_on < today:
        raise Refused("CLOSE_PAST", "预计成交日不能早于今天。", "请改正日期。", field="closes_on")


def _within(actor: Actor, row: Opportunity, day: date) -> None:
    """Refuse an end before the present stage began, or after today."""
    if not row.stage_since <= day <= business_date(actor.at):
        raise Refused(
            "CLOSE_DAY", "日期应在进入当前阶段之后，且不晚于今天。", "请改正日期。", field="closed_on"
        )


def _as_seen(row: Opportunity, stage: int) -> None:
    if row.stage != stage:
        raise Refused(
            "STAGE_MOVED", "%(who)s 已把这个商机移到「%(stage)s」。", "请刷新页面，核对后再推进。", who=last_by(row, "advanced", "back"),
            stage=words.STAGES[row.stage],
        )  # fmt: skip
