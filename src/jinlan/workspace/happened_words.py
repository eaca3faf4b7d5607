"""The words of a client's line of time: a sentence for each code of each kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from jinlan.domains.compliance import words as consents
from jinlan.domains.engagement import care_words as care
from jinlan.domains.engagement import ledger_words as ledger
from jinlan.domains.engagement import pipeline_words as pipeline
from jinlan.domains.engagement import plan_words as plans
from jinlan.domains.strategy import words as charter
from jinlan.kernel import figures
from jinlan.kernel.looks import Look
from jinlan.work import happened as on
from jinlan.work.happened import Event
from jinlan.workspace import words

KINDS: Mapping[str, Look] = {
    on.INTERACTION: Look(_("互动"), "", "message-circle"), on.PROMISE: Look(_("承诺"), "", "flag"), on.PLAN: Look(_("客户计划"), "", "target"), on.OPPORTUNITY: Look(_("商机"), "", "trending-up"), on.CONTACT: Look(_("供数的联系"), "", "phone"),
    on.CASE: Look(_("诉求与投诉"), "amber", "alert-triangle"), on.TIER: Look(_("层级"), "gold", "medal"), on.LEAD: Look(_("主办"), "blue", "users"),
    on.ABSENCE: Look(_("离岗代理"), "", "users"), on.CONSENT: Look(_("授权撤回"), "amber", "lock"), on.TASK: Look(_("办结的待办"), "", "circle-check"),
    on.CARE: Look(_("关怀与礼品"), "", "gift"),
}  # fmt: skip
CONTACTS: Mapping[str, Any] = {"FACE": _("面访"), "CALL": _("电话或视频")}
CASES: Mapping[str, Any] = {
    "COMPLAINT": _("投诉"), "REQUEST": _("诉求"), "SUGGESTION": pgettext_lazy("case", "建议"), "PRAISE": pgettext_lazy("case", "表扬"),
}  # fmt: skip


def title(event: Event) -> str:
    """Return in one line what happened."""
    makers = {
        on.INTERACTION: _interaction, on.PROMISE: _promise, on.PLAN: _plan, on.OPPORTUNITY: _opportunity, on.CONTACT: lambda one: str(CONTACTS.get(one.code, one.code)), on.CASE: _case,
        on.TIER: _tier, on.LEAD: lambda _one: gettext("开始主办"), on.ABSENCE: _absence, on.CONSENT: _consent, on.TASK: _task, on.CARE: _care,
    }  # fmt: skip
    return makers[event.kind](event)


def _interaction(event: Event) -> str:
    return f"{words.look(ledger.KINDS, event.code).word} · {event.text}"


def _promise(event: Event) -> str:
    side = words.look(ledger.SIDES, event.values["side"]).word
    step = gettext("%(step)s，期限 %(day)s") % {
        "step": words.word(ledger.STEPS, event.code),
        "day": event.values["due_on"].isoformat(),
    }
    return f"{side} · {event.text} · {step}"


def _plan(event: Event) -> str:
    number = event.values["number"]
    if event.code == "in_force":
        return gettext("第 %(number)s 版计划生效，到 %(day)s") % {
            "number": number,
            "day": event.values["until"].isoformat(),
        }
    if event.code == "signed":
        return gettext("签署第 %(number)s 份战略合作协议，到 %(day)s") % {
            "number": number,
            "day": event.values["until"].isoformat(),
        }
    if event.code == "ended":
        return gettext("终止第 %(number)s 份战略合作协议") % {"number": number}
    health = words.look(plans.HEALTH, event.values["health"]).word
    return gettext("第 %(number)s 版计划回顾：%(health)s") % {"number": number, "health": health}


def _opportunity(event: Event) -> str:
    step, stage = words.word(pipeline.STEPS, event.code), str(pipeline.STAGES[event.values["stage"]])
    return (
        f"{event.text} · {step} · {stage}" if event.code in ("advanced", "back") else f"{event.text} · {step}"
    )


def _case(event: Event) -> str:
    word = f"{CASES.get(event.code, event.code)} {event.values['ref']}"
    return f"{word} · {gettext('已办结')}" if event.values["settled"] else word


def _tier(event: Event) -> str:
    after = words.look(words.TIERS, event.values["after"]).word
    if event.code == "override":
        return gettext("人工调整为 %(tier)s，至 %(day)s") % {
            "tier": after,
            "day": event.values["until"].isoformat(),
        }
    step = words.look(words.LIFE, event.code).word
    before = words.look(words.TIERS, event.values["before"]).word
    return f"{step} · {before} → {after}" if before != after else f"{step} · {after}"


def _absence(event: Event) -> str:
    return gettext("主办离岗，%(day)s 返岗") % {"day": event.values["until"].isoformat()}


def _consent(event: Event) -> str:
    parts = [
        words.word(consents.ACTS, event.code), words.word(consents.PURPOSES, event.values["purpose"]) if event.values["purpose"] else "",
        words.word(consents.CHANNELS, event.values["channel"]) if event.values["channel"] else "",
    ]  # fmt: skip
    return " · ".join(str(one) for one in parts if one)


def _task(event: Event) -> str:
    look = charter.OWED.get(event.values["contact"])
    return str(look.word if look else event.values["title"])


def _care(event: Event) -> str:
    if event.code == "greeted":
        occasion = care.occasion(event.values["occasion"], event.values["ordinal"])
        parts = [gettext("问候"), occasion, event.text, care.word(care.CHANNELS, event.values["channel"])]
    else:
        parts = [gettext("礼品"), care.word(care.DIRECTIONS, event.code), event.text, event.values["whom"]]
    return " · ".join(one for one in parts if one)


def when(event: Event) -> str:
    """Return the day, with the time where it is known."""
    return figures.moment(event.at) if not event.dated else figures.moment(event.at).split(" ")[0]
