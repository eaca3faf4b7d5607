"""Files of interactions (附件): what they are called and are, and apart from that, sealed, what they hold."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jinlan.domains.engagement.models.base import ABOUT, AboutMember
from jinlan.domains.engagement.models.interactions import Interaction
from jinlan.kernel.fields import INTERNAL, STAFF
from jinlan.kernel.sealed import SealedField


class Attachment(AboutMember):
    """One file of an interaction, in sight exactly as that is. A withdrawn one keeps its line, its hash and why, and holds nothing."""

    CLASSES = {**ABOUT, "interaction": INTERNAL, "sha256": INTERNAL, "made_by": STAFF, "made_name": STAFF, "made_at": INTERNAL,
               "withdrawn_by": STAFF, "withdrawn_at": INTERNAL}  # fmt: skip
    KINDS = (
        ("JPEG", "JPEG 图片"),
        ("PNG", "PNG 图片"),
        ("WEBP", "WebP 图片"),
        ("PDF", "PDF 文档"),
        ("DOCX", "Word 文档"),
        ("XLSX", "Excel 表格"),
        ("PPTX", "PowerPoint 演示"),
    )
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=120)  # as its owner called it: a text, never a path
    kind = models.CharField(max_length=8, choices=KINDS)
    size = models.BigIntegerField()  # bytes that are kept
    sha256 = models.CharField(max_length=64)  # of what was handed in
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_size"),
            models.CheckConstraint(condition=~Q(name=""), name="attachment_name"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(reason=""), name="attachment_withdrawn"
            ),
            models.UniqueConstraint(
                fields=["interaction", "sha256"], condition=Q(withdrawn_at=None), name="attachment_once"
            ),
        ]


class AttachmentContent(AboutMember):
    """What a file holds, sealed with a key of its own that the vault seals: a new key of the vault costs one short value per file."""

    CLASSES = {**ABOUT, "attachment": INTERNAL, "key": INTERNAL}
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="held")
    key = SealedField(place=lambda row: str(row.public_id))
    content = models.BinaryField()  # b"" once it is withdrawn

    class Meta(AboutMember.Meta):
        pass
