"""What people do about files of interactions: add one that was looked at, open one, withdraw one; and what an erased client takes along."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients.models import Unit
from jinlan.domains.engagement.models import Attachment, AttachmentContent
from jinlan.domains.engagement.rules.interactions import check_reason
from jinlan.domains.engagement.services.screening import refuse_terms
from jinlan.domains.engagement.services.whom import ROLES, place_of, the_interaction, told
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.crypto import decrypt_bytes, encrypt_bytes
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.intake.take import Taken
from jinlan.kernel.keyring import KEY_BYTES
from jinlan.kernel.locks import hold
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.sealed import sealed_field
from jinlan.kernel.who import name_of

KEY = sealed_field(AttachmentContent, "key")
PLACE = {"table": AttachmentContent._meta.db_table, "column": "content"}
HEADS = ("branch_head", "dept_head")
GONE = "客户的数据已按要求删除"  # kept with the row, as a reason that nobody typed
ERASED = "已删除"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as it is given out: its name and its bytes."""

    name: str
    content: bytes


@act("engagement.attach_file", title=_("上传附件"), roles=ROLES)
def attach_file(*, actor: Actor, public_id: UUID, file: Taken) -> str:
    """Add a file to an interaction and return its public id.

    Args:
        actor: who hands it in.
        public_id: of the interaction.
        file: what `kernel.intake.take` gave: nothing else comes in.

    Raises:
        Refused: ATTACHMENT_CANCELLED, ATTACHMENT_MANY, ATTACHMENT_TWICE, TEXT_TERMS.
        ScopeDenied: no such interaction in sight.
    """
    row = the_interaction(actor, public_id)
    if row.state == "cancelled":
        raise Refused(
            "ATTACHMENT_CANCELLED", "这次互动已取消。", "请把文件放到实际进行的那次互动里。", field="files"
        )
    refuse_terms("files", file.name)
    hold(f"jinlan attach|{row.pk}")  # two at one moment would both be the tenth
    there = visible(actor, Attachment).filter(interaction_id=row.pk, withdrawn_at=None)
    most = int(rule("ENGAGE.FILES", business_date(actor.at)).value)
    if there.count() >= most:
        raise Refused(
            "ATTACHMENT_MANY",
            "一次互动最多 %(most)s 个附件。",
            "请先撤回不需要的，或合并成一个文件。",
            most=most,
            field="files",
        )
    if there.filter(sha256=file.sha256).exists():
        raise Refused("ATTACHMENT_TWICE", "这个文件已经在附件里。", "无需再次上传。", field="files")
    made = Attachment.objects.create(
        **place_of(row), interaction=row, name=file.name, kind=file.kind, size=len(file.content), sha256=file.sha256, made_by=actor.username,
        made_name=name_of(actor), made_at=actor.at,
    )  # fmt: skip
    keep_content(made, file.content)
    seen = {
        "interaction": row.public_id,
        "kind": made.kind,
        "size": made.size,
        "sha256": made.sha256,
        "inside": row.inside,
    }
    audit(actor, "engagement.file_attached", "attachment", made.public_id, after=seen)
    return str(made.public_id)


def keep_content(row: Attachment, content: bytes) -> None:
    """Keep the bytes under a key of their own, bound to their row and to what was handed in."""
    key = secrets.token_bytes(KEY_BYTES)
    held = AttachmentContent(**place_of(row), attachment=row)
    held.key = KEY.seal(key.hex(), str(held.public_id))
    held.content = encrypt_bytes(content, row=_bound(row), key=key, **PLACE)
    held.save(force_insert=True)


def _bound(row: Attachment) -> str:
    return f"{row.public_id}|{row.sha256}"


@act("engagement.open_attachment", title=_("下载附件"), roles=BUSINESS)
def open_attachment(*, actor: Actor, public_id: UUID) -> Opened:
    """Return a file in sight; who took it when is kept.

    Raises:
        Refused: VAULT_KEY, VAULT_DAMAGED.
        ScopeDenied: no such file in sight, or it was withdrawn.
    """
    row = visible(actor, Attachment).filter(public_id=public_id, withdrawn_at=None).first()
    held = visible(actor, AttachmentContent).filter(attachment_id=row.pk).first() if row else None
    if row is None or held is None:
        raise ScopeDenied("ABSENT", "没有这个附件。", "")
    content = decrypt_bytes(bytes(held.content), row=_bound(row), key=bytes.fromhex(KEY.open(held)), **PLACE)
    audit(
        actor,
        "engagement.file_taken",
        "attachment",
        row.public_id,
        after={"kind": row.kind, "size": row.size},
    )
    return Opened(row.name, content)


@act("engagement.withdraw_attachment", title=_("撤回附件"), roles=ROLES)
def withdraw_attachment(*, actor: Actor, public_id: UUID, reason: str) -> str:
    """Withdraw a file: what it held is gone for good, its line stays with the reason; return its public id.

    Raises:
        Refused: ATTACHMENT_OTHERS for somebody who did not add it and is no head, ATTACHMENT_GONE, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such file in sight.
    """
    row = (
        visible(actor, Attachment)
        .select_for_update()
        .filter(public_id=public_id)
        .select_related("interaction")
        .first()
    )
    if row is None:
        raise ScopeDenied("ABSENT", "没有这个附件。", "")
    if row.withdrawn_at is not None:
        raise Refused("ATTACHMENT_GONE", "这个附件已经撤回。", "内容已删除，无法恢复。")
    if row.made_by != actor.username and not actor.has(*HEADS):
        raise Refused(
            "ATTACHMENT_OTHERS",
            "附件由 %(who)s 上传，只能由本人或负责人撤回。",
            "请联系对方。",
            who=row.made_name,
        )
    check_reason(reason)
    refuse_terms("reason", reason)
    inside = row.interaction.inside
    row.withdrawn_at, row.withdrawn_by, row.reason = actor.at, actor.username, reason.strip()[:500]
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
    _empty(Q(attachment_id=row.pk))
    audit(
        actor, "engagement.file_withdrawn", "attachment", row.public_id, before={"size": row.size, "sha256": row.sha256}, after={"inside": inside},
        reason=told(inside, reason),
    )  # fmt: skip
    return str(row.public_id)


def _empty(which: Q) -> None:
    AttachmentContent.objects.filter(which).update(key=b"", content=b"")


def erase_files(parties: Collection[int]) -> None:
    """Take the files about erased parties along, names and all; of a whole client, when its root party is erased. In the system's scope."""
    units = Unit.objects.filter(root_party_id__in=parties).values("id")
    about = Q(party_id__in=parties) | Q(party_id=None, unit_id__in=units)
    keys = list(Attachment.objects.filter(about).values_list("id", flat=True))
    _empty(Q(attachment_id__in=keys))
    Attachment.objects.filter(pk__in=keys).update(name=ERASED)
    Attachment.objects.filter(pk__in=keys, withdrawn_at=None).update(withdrawn_at=Now(), reason=GONE)
