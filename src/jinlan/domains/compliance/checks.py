"""The checks of this room for `work.preflight`: consent, quiet hours, frequency, gates, data fit to be quoted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.register import Rule, rule
from jinlan.domains.compliance import words
from jinlan.domains.compliance.rules import Contact, Finding, is_capped, is_quiet, judge
from jinlan.domains.compliance.selectors import Standing, said, standing
from jinlan.kernel.figures import listed
from jinlan.serving import selectors as serving
from jinlan.work import selectors as work
from jinlan.work.checks import Check, Subject, Verdict

if TYPE_CHECKING:
    from jinlan.domains.compliance.models import ConsentEntry
    from jinlan.serving.models import UnitResult

RESTRICTED = "RESTRICTED"
QUOTED = ("aum", "deposit_avg_12m", "loan", "revenue_12m")  # what is quoted when nothing else is named


def consent(actor: Actor, subject: Subject) -> Verdict | None:
    """Say whether the party agreed to be contacted for this purpose by this channel, or to this sharing of its data."""
    if subject.party is None:
        return Verdict("CONSENT", "red", _("没有指明收件人。"), way_out=_("请选择一位客户。"))
    now = standing(actor, party=subject.party, at=subject.at or actor.at)
    recipient = str(subject.facts.get("recipient", ""))
    held = now.of(subject.purpose, "" if recipient else subject.channel, recipient).entry
    service = subject.purpose == words.SERVICE
    contact = Contact(
        service=service, offer=bool(subject.facts.get("offer")), restricted=subject.party.restricted or subject.party.erased,
        suppressed=now.suppressed is not None, consent=said(held) if held else None,
    )  # fmt: skip
    return _consent_verdict(judge(contact), subject, now, held)


def _consent_verdict(found: Finding, subject: Subject, now: Standing, held: ConsentEntry | None) -> Verdict:
    about = {
        "purpose": words.word(words.PURPOSES, subject.purpose),
        "channel": words.word(words.CHANNELS, subject.channel),
        "day": business_date(held.at).isoformat() if held else "",
        "version": held.text_version if held else "",
        "since": business_date(now.suppressed.at).isoformat() if now.suppressed else "",
    }
    data = {"entry": str(held.public_id), "text": held.text_version} if held else {}
    amber = found == "suppressed" and subject.purpose == words.SERVICE
    texts = {
        "ok": _("%(day)s 已授权%(purpose)s（文本 %(version)s）。"), "service": _("服务通知不需要营销授权。"),
        "restricted": _("该客户已限制使用其个人信息。"), "offer": _("服务通知不得夹带营销内容。"),
        "suppressed": _("客户自 %(since)s 起要求请勿联系。"), "none": _("没有取得%(purpose)s（%(channel)s）的授权。"),
        "withdrawn": _("客户已于 %(day)s 撤回%(purpose)s的授权。"),
    }  # fmt: skip
    if amber:
        texts["suppressed"] = _("客户自 %(since)s 起要求请勿联系；只可发送法律或合同要求的通知。")
    ways = {
        "restricted": _("请联系合规部门。"), "offer": _("请删去营销内容，或改按营销信息发送。"), "suppressed": _("请不要发送。"),
        "none": _("请先取得并登记授权。"), "withdrawn": _("请不要发送；除非客户重新授权。"),
    }  # fmt: skip
    good = found in {"ok", "service"}
    return Verdict(
        "CONSENT", "green" if good else "amber" if amber else "red", texts[found] % about, source="《个人信息保护法》13–16、23",
        data=data, way_out="" if good else _("确认属于此类通知后继续。") if amber else ways[found], version="PIPL@2021-11-01",
    )  # fmt: skip


def quiet_hours(actor: Actor, subject: Subject) -> Verdict | None:
    """Say whether it is a time at which nobody is contacted, by the bank's own clock; service messages have no such hours."""
    if subject.purpose == words.SERVICE:
        return None
    at = subject.at or actor.at
    start, end = (rule(f"QUIET.{side}", business_date(at)) for side in ("START", "END"))
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    hours = {"start": f"{start.value}:00", "end": f"{end.value}:00", "now": local.strftime("%H:%M")}
    quiet = is_quiet(local, start, end)
    return Verdict(
        "QUIET_HOURS", "red" if quiet else "green",
        (_("%(now)s 在静默时段内（%(start)s 至次日 %(end)s）。") if quiet else _("%(now)s 不在静默时段内。")) % hours,
        data={"local": local.isoformat()}, version=f"{start.version},{end.version}",
        way_out=_("请在 %(end)s 以后发送。") % hours if quiet else "", source=_registered(start, end),
    )  # fmt: skip


def frequency(actor: Actor, subject: Subject) -> Verdict | None:
    """Say whether the party was contacted by this channel often enough: counted is what went ahead."""
    if subject.party is None or subject.purpose == words.SERVICE or subject.channel not in words.CHANNELS:
        return None
    at = subject.at or actor.at
    day = business_date(at)
    period, cap = rule("CONTACT.PERIOD", day), rule(f"CONTACT.CAP.{subject.channel}", day)
    sent = work.releases_to(
        actor, party_id=subject.party.pk, channel=subject.channel, after=at - timedelta(days=int(period.value)), until=at
    )  # fmt: skip
    full = is_capped(sent, cap)
    figures = {
        "days": period.value,
        "n": sent,
        "cap": cap.value,
        "channel": words.word(words.CHANNELS, subject.channel),
    }
    return Verdict(
        "FREQUENCY", "red" if full else "green", _("近 %(days)s 天已联系 %(n)s 次（%(channel)s，上限 %(cap)s 次）。") % figures,
        data={"sent": sent, "cap": int(cap.value)}, version=f"{period.version},{cap.version}", source=_registered(period, cap),
        way_out=_("请等到次数回落，或改用其他已授权的渠道。") if full else "",
    )  # fmt: skip


def _registered(*rules: Rule) -> str:
    return _("规则登记册 %(codes)s") % {"codes": listed(one.code for one in rules)}


def gate(actor: Actor, subject: Subject) -> Verdict | None:
    """Say whether a gate holds the client; a secret one is neutral, and its reason is for compliance only."""
    if subject.unit is None:
        return None
    result = _result(actor, subject)
    if result is None:
        return Verdict(
            "GATE", "amber", _("看不到该客户的门槛结果。"), way_out=_("请向主办客户经理或合规核实后继续。")
        )
    codes = [code for code in result.gates.split(",") if code not in {"", "ok"}]
    failed, unknown = (
        [code for code in codes if not code.endswith("?")],
        [c[:-1] for c in codes if c.endswith("?")],
    )
    facts: dict[str, Any] = {
        "source": _("%(day)s 的评估结果") % {"day": result.as_of.isoformat()},
        "version": _rules_of(result),
    }
    if RESTRICTED in failed:
        secrets = serving.restricted_gates(actor, unit_id=subject.unit.pk, as_of=result.as_of)
        reasons = "、".join(one.code for one in secrets)
        return Verdict(
            "GATE",
            "red",
            _("不能继续，请联系合规。"),
            way_out=_("请联系合规部门。"),
            in_confidence=reasons,
            **facts,
        )
    if (
        failed and subject.purpose != words.SERVICE
    ):  # who is reminded of his overdue documents must be reached
        return Verdict("GATE", "red", _("未通过门槛：%(gates)s。") % {"gates": _named(failed)}, data={"failed": failed},
                       way_out=_("请先完成尽职调查更新或风险处置。"), **facts)  # fmt: skip
    if unknown and subject.purpose != words.SERVICE:
        return Verdict("GATE", "amber", _("门槛未知：%(gates)s。") % {"gates": _named(unknown)}, data={"unknown": unknown},
                       way_out=_("请人工核实后继续。"), **facts)  # fmt: skip
    return Verdict("GATE", "green", _("没有门槛拦下。"), **facts)


def data_quality(actor: Actor, subject: Subject) -> Verdict | None:
    """Say whether the figures that would be quoted are whole; ``facts["measures"]`` names them."""
    if subject.unit is None:
        return None
    result = _result(actor, subject)
    if result is None:
        return Verdict(
            "DATA_QUALITY", "amber", _("看不到该客户的整户数字。"), way_out=_("请不要引用整户数字。")
        )
    named = subject.facts.get("measures") or QUOTED
    broken = [code for code in named if (result.measures.get(code) or {}).get("s", "unknown") != "ok"]
    day = {"day": result.as_of.isoformat()}
    if not broken:
        return Verdict("DATA_QUALITY", "green", _("数字完整，数据日期 %(day)s。") % day)
    notes = [str((result.measures.get(code) or {}).get("n") or "") for code in broken]
    return Verdict(
        "DATA_QUALITY", "amber", _("有 %(n)s 项数字不完整或未知，不宜引用。") % {"n": len(broken)},
        source=_("%(day)s 的评估结果") % day, data={"measures": broken, "notes": notes}, way_out=_("请改用完整的数字，或写明口径后继续。"),
    )  # fmt: skip


def _result(actor: Actor, subject: Subject) -> UnitResult | None:
    shown = serving.published(actor)
    if shown is None or subject.unit is None:
        return None
    return serving.unit_result(actor, unit_id=subject.unit.pk, as_of=shown.latest)


def _rules_of(result: UnitResult) -> str:
    definition = result.detail.get("definition") or {}
    return f"{result.kind} {definition.get('version', '')}".strip()


GATES = {
    "CDD_CURRENT": gettext_lazy("尽职调查在有效期内"), "SANCTIONS_CLEAR": gettext_lazy("名单筛查"),
    "FIVE_TIER": gettext_lazy("最差五级分类不低于关注"),
}  # fmt: skip


def _named(codes: list[str]) -> str:
    return "、".join(words.word(GATES, code) for code in codes)


CHECKS = (
    Check("CONSENT", ("message", "share"), gettext_lazy("授权"),
          gettext_lazy("按目的、渠道与法人分别取得同意；撤回立即生效；服务通知不得夹带营销"), consent, override=()),
    Check("QUIET_HOURS", ("message",), gettext_lazy("静默时段"), gettext_lazy("静默时段内不作营销类联系"), quiet_hours),
    Check("FREQUENCY", ("message",), gettext_lazy("联系频次"), gettext_lazy("每个渠道在一段时间内的联系次数有上限"), frequency),
    Check("GATE", ("message", "proposal", "export", "assignment"), gettext_lazy("门槛"),
          gettext_lazy("尽职调查逾期、风险分类或限制措施未解除的客户不再推进业务"), gate),
    Check("DATA_QUALITY", ("proposal", "export"), gettext_lazy("数据质量"), gettext_lazy("对外引用的数字须完整"), data_quality),
)  # fmt: skip
