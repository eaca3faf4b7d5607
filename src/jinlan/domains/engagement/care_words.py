"""The words of the care calendar: occasions, days, sources, silences, states; and of the register of gifts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from jinlan.basics.lunar import TERMS as SOLAR_TERMS
from jinlan.domains.engagement.rules.care import TERM_CODES
from jinlan.kernel import figures
from jinlan.kernel.looks import Look

KINDS: Mapping[str, Any] = {
    "BIRTHDAY": _("生日"), "FOUNDED": _("公司成立日"), "LISTED": _("上市日"), "FESTIVALS": _("节日"), "TERMS": _("节气"),
}  # fmt: skip
CALENDARS: Mapping[str, Any] = {"SOLAR": _("公历"), "LUNAR": _("农历")}
SOURCES: Mapping[str, Any] = {
    "SAID": _("本人当面或电话告知"), "FORM": _("本人填写的关怀意愿书"), "PORTAL": _("本人在客户门户填写"), "PUBLIC": _("公司公开信息"),
}  # fmt: skip
FESTIVALS: Mapping[str, Any] = {
    "NEW_YEAR": _("元旦"), "SPRING": _("春节"), "LANTERN": _("元宵节"), "DRAGON": _("端午节"), "MID_AUTUMN": _("中秋节"),
    "DOUBLE_NINTH": _("重阳节"), "NATIONAL": _("国庆节"),
}  # fmt: skip
OCCASIONS: Mapping[str, Any] = {
    "BIRTHDAY": KINDS["BIRTHDAY"],
    "FOUNDED": KINDS["FOUNDED"],
    "LISTED": KINDS["LISTED"],
    **FESTIVALS,
}
SILENCES: Mapping[str, Look] = {
    "BEREAVEMENT": Look(_("丧事"), "plain", "clock"), "DISPUTE": Look(_("纠纷或未结投诉"), "amber", "alert-triangle"),
    "LITIGATION": Look(_("诉讼"), "red", "alert-triangle"), "OPT_OUT": Look(_("本人不愿被打扰"), "plain", "lock"),
    "OFFICIAL": Look(_("公职或国企人员，不送礼"), "blue", "gift"), "WISH": Look(_("客户要求暂不联系"), "blue", "clock"),
    "HIDDEN": Look(_("静默，原因不向您显示"), "plain", "lock"),
}  # fmt: skip
ENTERED: tuple[str, ...] = ("BEREAVEMENT", "DISPUTE", "LITIGATION", "OPT_OUT", "OFFICIAL")
STATES: Mapping[str, Look] = {
    "open": Look(_("待认领"), "blue", "clock"), "claimed": Look(_("已认领"), "gold", "users"),
    "stopped": Look(_("复检未通过"), "red", "circle-x"), "done": Look(_("已问候"), "green", "circle-check"),
    "late": Look(_("已问候，晚了"), "amber", "circle-check"), "gone": Look(pgettext_lazy("care", "已撤回"), "plain"),
    "silent": Look(_("静默"), "plain", "lock"), "missed": Look(_("错过"), "amber", "circle-x"),
}  # fmt: skip
CHANNELS: Mapping[str, Any] = {
    "CALL": _("电话"), "WECHAT": _("微信"), "SMS": _("短信"), "EMAIL": _("邮件"), "APP": _("手机银行"),
}  # fmt: skip
DIRECTIONS: Mapping[str, Look] = {
    "GIVEN": Look(_("送出"), "blue", "gift"), "RECEIVED": Look(_("收下"), "amber", "gift"), "DECLINED": Look(_("已谢绝"), "green", "circle-check"),
}  # fmt: skip
GIFT_KINDS: Mapping[str, Any] = {
    "GOODS": _("物品"), "MEAL": _("餐饮"), "TICKET": _("活动门票"), "CASH": _("礼金"), "CARD": _("购物卡或有价证券"),
}  # fmt: skip
GIFT_OCCASIONS: Mapping[str, Any] = {
    "BIRTHDAY": KINDS["BIRTHDAY"], "FESTIVAL": _("节日"), "ANNIVERSARY": _("纪念日"), "VISIT": _("拜访"), "OTHER": pgettext_lazy("gift", "其他"),
}  # fmt: skip
GIFT_STATES: Mapping[str, Look] = {
    "pending": Look(_("待审批"), "amber", "clock"), "valid": Look(_("已登记"), "green", "circle-check"), "returned": Look(_("已退回"), "plain"),
}  # fmt: skip
VERBS: Mapping[str, Any] = {
    "engagement.care_day_noted": _("登记关怀日"), "engagement.care_day_withdrawn": _("撤回关怀日"), "engagement.silence_noted": _("登记静默"),
    "engagement.silence_ended": _("解除静默"), "engagement.greeting_claimed": _("认领问候"), "engagement.greeting_done": _("登记已问候"),
    "engagement.greeting_stopped": _("拦下问候"), "engagement.greeting_left": _("放弃认领"), "engagement.care_drawn": _("推算关怀日"),
}  # fmt: skip
GIFT_VERBS: Mapping[str, Any] = {
    "engagement.gift_recorded": _("登记礼品"), "engagement.gift_allowed": _("批准礼品"), "engagement.gift_returned": _("退回礼品"),
}  # fmt: skip
_TERMS = {TERM_CODES[one.zh]: one for one in SOLAR_TERMS if one.zh in TERM_CODES}


def word(table: Mapping[str, Any], code: str) -> str:
    """Return the word of a code; an unknown code is its own word."""
    found = table.get(code, code)
    return str(getattr(found, "word", found))


def occasion(code: str, ordinal: int | None = None) -> str:
    """Return what an occasion is called: 生日, 中秋节, 冬至, 公司成立日 10 周年."""
    if code in _TERMS:
        return _TERMS[code].en if figures.locale() == "en" else _TERMS[code].zh
    name = word(OCCASIONS, code)
    return gettext("%(name)s %(n)s 周年") % {"name": name, "n": ordinal} if ordinal else name


def reasons(codes: Iterable[str]) -> str:
    """Return why somebody is left alone, in words."""
    return figures.listed(word(SILENCES, code) for code in codes)
