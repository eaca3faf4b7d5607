"""The words for kinds of files."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jinlan.kernel.looks import Look

KINDS: Mapping[str, Look] = {
    "JPEG": Look(_("JPEG 图片")), "PNG": Look(_("PNG 图片")), "WEBP": Look(_("WebP 图片")), "PDF": Look(_("PDF 文档")), "DOCX": Look(_("Word 文档")),
    "XLSX": Look(_("Excel 表格")), "PPTX": Look(_("PowerPoint 演示")),
}  # fmt: skip
STATES: Mapping[str, Look] = {
    "kept": Look(pgettext_lazy("attachment", "在册"), "green", "circle-check"),
    "withdrawn": Look(pgettext_lazy("attachment", "已撤回"), "plain"),
}
