"""Words and looks of engagement: what people of a client are, how well we know them, and who meets whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.domains.engagement.rules import strength
from jinlan.kernel.looks import Look

ROLES: Mapping[str, Look] = {
    "DECIDER": Look(_("决策者"), "gold", "medal"), "INFLUENCER": Look(_("影响者"), "blue", "users"), "USER": Look(_("使用者"), ""),
    "GATEKEEPER": Look(_("把关者"), "amber", "lock"), "CHAMPION": Look(pgettext_lazy("person", "支持者"), "green", "circle-check"),
    "OPPONENT": Look(_("反对者"), "red", "circle-x"),
}  # fmt: skip
# The sign says it where colour cannot.
ATTITUDES: Mapping[int, Look] = {
    2: Look(_("坚定支持"), "green", ""), 1: Look(_("偏支持"), "green", ""), 0: Look(_("中立"), "", ""), -1: Look(_("偏反对"), "red", ""),
    -2: Look(_("坚定反对"), "red", ""),
}  # fmt: skip
SIGNS: Mapping[int | None, str] = {2: "++", 1: "+", 0: "○", -1: "−", -2: "−−", None: "?"}
ACCESS: Mapping[int, Look] = {
    0: Look(_("没有往来"), "", ""), 1: Look(_("见过"), "", ""), 2: Look(_("经常往来"), "blue", ""), 3: Look(_("信任"), "green", ""),
    4: Look(_("战略伙伴"), "gold", ""),
}  # fmt: skip
# A step of a way to somebody: who of ours knows whom how well.
KNOWS: Mapping[int, Any] = {
    1: _("%(text)s 见过 %(name)s"), 2: _("%(text)s 经常往来 %(name)s"), 3: _("%(text)s 信任 %(name)s"), 4: _("%(text)s 战略伙伴 %(name)s"),
}  # fmt: skip
LEVELS: Mapping[int, Any] = {
    1: _("董事会与一把手"),
    2: _("高管"),
    3: pgettext_lazy("level", "部门负责人"),
    4: _("经办"),
}
NO_LEVEL = _("层级未知")
PARTS: Mapping[str, Any] = {
    strength.COVERAGE: _("覆盖"), strength.RECENCY: _("新近"), strength.RECIPROCITY: _("双向"), strength.ATTITUDE: _("态度"),
    strength.BREADTH: _("广度"),
}  # fmt: skip
UNKNOWN: Mapping[str, Any] = {
    "influence": _("还没有为任何联系人评定影响力"), "contact": _("没有记录过与联系人的往来"), "attitude": _("还没有同时评定影响力与态度的联系人"),
    "people": _("还没有登记联系人"),
}  # fmt: skip
VERBS: Mapping[str, Any] = {
    "engagement.person_noted": _("登记联系人"), "engagement.person_changed": _("修改联系人"), "engagement.post_taken": _("登记任职"),
    "engagement.post_left": _("结束任职"), "engagement.person_left": _("不再代表客户"), "engagement.person_drawn": _("摆放位置"),
    "engagement.person_known": _("登记往来程度"), "engagement.pair_set": _("约定对接"), "engagement.pair_ended": _("结束对接"),
}  # fmt: skip
