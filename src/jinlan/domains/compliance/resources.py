"""The list of contacts: prepared, asked anew when they go out, released, stopped or dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters as filters
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.clients.resources import CLIENT, UNIT_FIELD, ByUnit, party_read, party_typed
from jinlan.domains.compliance import words
from jinlan.domains.compliance.contacts import (
    KIND,
    OPEN,
    drop_contact,
    is_open,
    now,
    prepare_contact,
    release_contact,
)
from jinlan.domains.compliance.models import Contact
from jinlan.kernel.acts import ACTS
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.looks import Look
from jinlan.kernel.resource.columns import Badge, Flag, Link, Moment, Text, Title
from jinlan.kernel.resource.declare import Action, Field, Panel, View
from jinlan.work import selectors as work
from jinlan.work.checks import checks_of
from jinlan.work.overrides import act_name
from jinlan.work.preflight import acknowledge

STATES = {
    "prepared": Look(_("待执行"), "blue", "clock"), "stopped": Look(_("已拦下"), "red", "circle-x"),
    "released": Look(pgettext_lazy("contact", "已放行"), "green", "circle-check"), "dropped": Look(pgettext_lazy("contact", "已放弃"), ""),
}  # fmt: skip
MOMENTS = {"ask": _("预检"), "recheck": _("复检"), "release": _("执行前复检")}
PURPOSES = {code: words.PURPOSES[code] for code in (*words.CONTACT, words.SERVICE)}


def _first_amber(actor: Actor, row: Any) -> str:
    """Return the check that waits for somebody's word, "" for none; the API's forms have no row."""
    if row is None:
        return ""
    waits = (one for one in now(actor, row) if one.open and one.verdict.colour == "amber")
    return next((one.check.code for one in waits), "")


def _asked(actor: Actor, row: Any) -> dict[str, Any]:
    """Return what the panel shows: what the checks say now, and every answer that was given, the newest first."""
    kept = work.preflight_record(actor, public_id=row.public_id)
    said = [{"row": one, "word": MOMENTS[one.moment], "against": work.against(one)} for one in reversed(kept)]
    return {"answers": now(actor, row), "kept": said, "open": is_open(row)}


def _passes() -> Iterator[Action]:
    """Yield the ways past a check: taking an amber one on oneself, and asking others to let a red one pass."""
    checks = checks_of(KIND)
    yield Action(
        acknowledge, target="preflight", when=is_open, word=_("确认后继续"),
        fields={
            "check": Field(_("提醒"), choices=[(one.code, one.title) for one in checks], initial=_first_amber),
            "reason": Field(_("理由"), long=True, help=_("写明为什么仍可继续；审计会看到")),
        },
    )  # fmt: skip
    for one in checks:
        if one.override:
            yield Action(ACTS[act_name(one.code)], target="preflight", when=is_open)


def _page_of_person(row: Any) -> str:
    there = row.client and row.party
    keys = {"public_id": row.client.public_id, "party": row.party.public_id} if there else {}
    return reverse("client-contact-member", kwargs=keys) if there else ""


class Contacts(ByUnit):
    """Contacts of the clients in sight."""

    name, title, one = "contacts", _("触达"), _("联系")
    purpose = _("准备好的联系：执行前再问一次，撤回授权后即被拦下")
    nothing = _("在客户的「同意与触达」页准备第一次联系后，会出现在这里。")
    model, roles = Contact, BUSINESS
    key, icon, order, sort, railed = "m", "message-circle", 45, "-prepared_at", ("compliance",)
    search = ("what",)
    columns = (
        Title("what", _("内容")), CLIENT, Link("party", _("联系人"), of="party.name", url=_page_of_person, keep=True),
        Badge("state", _("状态"), looks=STATES, keep=True), Text("why", _("原因")),
        Text("purpose", _("目的"), of=lambda row: words.word(words.PURPOSES, row.purpose)),
        Text("channel", _("渠道"), of=lambda row: words.word(words.CHANNELS, row.channel)),
        Moment("planned_at", _("计划时间"), sort="planned_at"), Moment("prepared_at", _("准备时间"), sort="prepared_at", shown=False),
        Text("person_name", _("准备人"), shown=False),
    )  # fmt: skip
    facts = (Flag("offer", _("含营销内容")), Moment("closed_at", _("办结时间")))
    views = (
        View("open", _("未执行"), rows=lambda _actor, _ask: Q(state__in=OPEN)),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "state": filters.ChoiceFilter(
            label=_("状态"), choices=[(code, look.word) for code, look in STATES.items()]
        ),
        "purpose": filters.ChoiceFilter(label=_("目的"), choices=list(PURPOSES.items())),
        "channel": filters.ChoiceFilter(label=_("渠道"), choices=list(words.CHANNELS.items())),
    }
    create = Action(prepare_contact, target="", icon="plus", fields={
        "unit": UNIT_FIELD,
        "party": Field(_("联系人"), help=_("客户成员的名称"), clean=party_typed, reads=party_read),
        "what": Field(_("内容"), help=_("一句话写明联系什么")),
        "purpose": Field(_("目的"), choices=list(PURPOSES.items())),
        "channel": Field(_("渠道"), choices=list(words.CHANNELS.items())),
        "planned_at": Field(_("计划时间"), help=_("不填即现在")),
        "offer": Field(_("含营销内容")),
    })  # fmt: skip
    actions = (
        Action(release_contact, when=is_open, why_not=_("已经放行或放弃"), icon="player-play"),
        *_passes(),
        Action(drop_contact, when=is_open, why_not=_("已经放行或放弃"), fields={"reason": Field(_("理由"), long=True)}, icon="x"),
    )  # fmt: skip
    panels = (Panel("preflight", _("可否联系"), "compliance/_asked.html", _asked),)
    pages = {
        "one": "jinlan.domains.compliance.views.ContactPage",
        "new": "jinlan.domains.compliance.views.NewContactPage",
        "release-contact": "jinlan.domains.compliance.views.ReleasePage",
    }
    verbs = {
        "compliance.contact_prepared": _("准备联系"), "compliance.contact_released": _("放行联系"),
        "compliance.contact_stopped": _("拦下联系"), "compliance.contact_dropped": _("放弃联系"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along client, person, and why it was stopped; three queries."""
        people = clients.parties_by_key(actor, party_ids={row.party_id for row in rows})
        last = work.last_asked(actor, roots=[row.public_id for row in rows])
        for row in super().decorate(actor, rows):
            row.party, row.last = people.get(row.party_id), last.get(row.public_id)
            row.why = " ".join(work.against(row.last)) if row.last and row.state == "stopped" else ""
        return rows
