"""附件: the files of interactions in sight."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.basics.actor import Actor
from jinlan.clients.resources import BY_UNIT, CLIENT, ByUnit
from jinlan.domains.engagement.attachment_words import KINDS, STATES
from jinlan.domains.engagement.models import Attachment, Interaction
from jinlan.domains.engagement.services.attachments import withdraw_attachment
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.reading import visible
from jinlan.kernel.resource.columns import Badge, Link, Moment, Number, Text, Title
from jinlan.kernel.resource.declare import Action, Field, View


def is_kept(row: Any) -> bool:
    """Tell whether a file still holds something."""
    return row.withdrawn_at is None


def _talk(row: Any) -> str:
    return reverse("interactions-one", kwargs={"public_id": row.talk.public_id}) if row.talk else ""


def _content(row: Any) -> str:
    return reverse("attachment-content", kwargs={"public_id": row.public_id}) if is_kept(row) else ""


class Attachments(ByUnit):
    """Files of interactions with the clients in sight."""

    name, title, one = "attachments", _("附件"), _("附件")
    purpose = _("互动的照片与文件：谁在何时上传，内容加密保存，每次下载留痕")
    nothing = _("在一次互动的页面上传后，会出现在这里。")
    model, roles = Attachment, BUSINESS
    icon, order, sort, railed = "paperclip", 45, "-made_at", ()
    history = False
    search = ("name",)
    columns = (
        Title("name", _("文件名")), CLIENT, Badge("kind", _("类型"), looks=KINDS), Number("size", _("字节"), sort="size"),
        Badge("state", _("状态"), of=lambda row: "kept" if is_kept(row) else "withdrawn", looks=STATES, keep=True), Text("made_name", _("上传人")),
        Moment("made_at", _("上传时间"), sort="made_at", keep=True),
    )  # fmt: skip
    facts = (
        Link("talk", _("互动"), of="talk.subject", url=_talk), Link("open", _("内容"), of=lambda row: _("下载") if is_kept(row) else "", url=_content),
        Text("sha256", _("SHA-256")), Moment("withdrawn_at", pgettext_lazy("attachment", "撤回时间")), Text("reason", _("撤回理由")),
    )  # fmt: skip
    views = (
        View("kept", pgettext_lazy("attachment", "在册"), rows=lambda _actor, _ask: Q(withdrawn_at=None)),
        View(
            "withdrawn",
            pgettext_lazy("attachment", "已撤回"),
            rows=lambda _actor, _ask: Q(withdrawn_at__isnull=False),
        ),
        View("all", _("全部"), wide=True),
    )
    filters = {
        "kind": filters.ChoiceFilter(label=_("类型"), choices=[(code, look.word) for code, look in KINDS.items()]),
        "made_at": filters.DateFromToRangeFilter(label=_("上传时间"), field_name="made_at"),
        "unit": BY_UNIT,
    }  # fmt: skip
    actions = (
        Action(withdraw_attachment, when=is_kept, why_not=_("已经撤回"), word=pgettext_lazy("attachment", "撤回"), icon="circle-x", fields={
            "reason": Field(_("理由"), long=True, help=_("至少 5 个字；内容会立即删除，无法恢复")),
        }),
    )  # fmt: skip
    verbs = {
        "engagement.file_attached": _("上传附件"), "engagement.file_taken": _("下载附件"), "engagement.file_withdrawn": _("撤回附件"),
    }  # fmt: skip

    def decorate(self, actor: Actor, rows: list[Any]) -> list[Any]:
        """Bring along the client and the interaction; two queries a page."""
        talks = (
            visible(actor, Interaction)
            .only("public_id", "subject")
            .in_bulk({row.interaction_id for row in rows})
        )
        for row in super().decorate(actor, rows):
            row.talk = talks.get(row.interaction_id)
        return rows
