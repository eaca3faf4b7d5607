"""The sentences of a brief: a template for each code, filled from its record; nothing is written freely."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.domains.engagement import ledger_words as ledger
from jinlan.domains.engagement import words as people
from jinlan.domains.engagement.rules import briefing as rules
from jinlan.kernel import figures
from jinlan.workspace import words
from jinlan.workspace.brief_rules import Point
from jinlan.workspace.measures import measure_name

PARTS: Mapping[str, Any] = {
    rules.WHY: gettext_lazy("为什么见面"), rules.CHANGES: gettext_lazy("上次见面以来的变化"), rules.PROMISES: gettext_lazy("双方承诺"),
    rules.PEOPLE: gettext_lazy("见谁"), rules.FIGURES: gettext_lazy("数字"), rules.RISKS: gettext_lazy("风险"),
    rules.ASKS: gettext_lazy("三个请求"), rules.QUESTIONS: gettext_lazy("三个问题"),
}  # fmt: skip


def sentence(point: Point) -> str:
    """Return a point as a sentence in the reader's language."""
    return _MAKERS[point.code](point.values)


def _moved(said: Mapping[str, Any]) -> str:
    return _("%(name)s为 %(now)s，变动 %(share)s") % {
        "name": measure_name(said["code"]), "now": figures.money_text(said["now"]), "share": figures.percent(said["share"]),
    }  # fmt: skip


def _promise(said: Mapping[str, Any]) -> str:
    side = words.look(ledger.SIDES, said["side"]).word
    if said["days"] > 0:
        return _("%(side)s：%(what)s，已逾期 %(days)s 天") % {
            "side": side,
            "what": said["what"],
            "days": said["days"],
        }
    return _("%(side)s：%(what)s，期限 %(day)s") % {
        "side": side,
        "what": said["what"],
        "day": said["day"].isoformat(),
    }


def _person(said: Mapping[str, Any]) -> str:
    parts = [said["name"]]
    if said["role"]:
        parts.append(str(words.look(people.ROLES, said["role"]).word))
    parts.append(
        str(people.ATTITUDES[said["attitude"]].word) if said["attitude"] is not None else _("态度未知")
    )
    parts.append(_("上次见面 %(day)s") % {"day": said["last"].isoformat()} if said["last"] else _("没有见过"))
    return figures.listed(parts)


def _there(said: Mapping[str, Any]) -> str:
    return _("参加：%(person)s") % {"person": _person(said)}


def _figure(said: Mapping[str, Any]) -> str:
    return f"{measure_name(said['code'])} {figures.money_text(said['now'])}"


def _day(said: Mapping[str, Any], text: str) -> str:
    day: date = said["day"]
    return text % {"day": day.isoformat()}


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "MEETING": lambda said: _("%(day)s %(kind)s：%(subject)s") % _of_talk(said),
    "LAST": lambda said: _("上次往来 %(day)s %(kind)s：%(subject)s") % _of_talk(said),
    "EVENT": lambda said: f"{said['day'].isoformat()} {said['title']}",
    "UP": _moved, "DOWN": _moved, "LATE": _promise, "OPEN": _promise, "THERE": _there, "PERSON": _person, "FIGURE": _figure,
    "TIER": lambda said: _("层级有变：%(state)s") % {"state": words.look(words.STATES, said["state"]).word},
    "GATE": lambda said: _("准入条件：%(name)s") % {"name": words.word(words.GATES, said["code"])},
    "CLASS": lambda said: _("最差五级分类：%(name)s") % {"name": words.look(words.FIVE_TIER, said["class"]).word},
    "OVERDUE": lambda said: _("逾期 %(amount)s") % {"amount": figures.money_text(said["amount"])},
    "COMPLAINT": lambda said: _("投诉 %(ref)s 自 %(day)s 起未了结") % said,
    "MATURITY": lambda said: _day(said, _("%(day)s 有业务到期")),
    "DELIVER": lambda said: _("请对方兑现：%(what)s（期限 %(day)s）") % {"what": said["what"], "day": said["day"].isoformat()},
    "INTRODUCE": lambda _said: _("请引见另一位同事：目前只有我行一人与客户有往来"),
    "DECIDER": lambda _said: _("请告知由谁决策：还没有登记决策者"),
    "RENEWAL": lambda said: _day(said, _("%(day)s 有业务到期：请确认续作意向")),
    "NEXT": lambda _said: _("约定下一次见面：之后还没有计划"),
    "NEED": lambda said: _("上次提到「%(text)s」：现在怎样？") % said,
    "WHY_DOWN": lambda said: _("%(name)s下降的原因是什么？") % {"name": measure_name(said["code"])},
    "SETTLED": lambda said: _("投诉 %(ref)s 的处理是否令您满意？") % said,
    "OWN": lambda said: str(said["text"]),
    "AGAINST": lambda said: _("%(name)s有哪些顾虑？") % {"name": said["name"]},
}  # fmt: skip


def _of_talk(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "day": said["day"].isoformat(),
        "kind": words.look(ledger.KINDS, said["kind"]).word,
        "subject": said["subject"],
    }
