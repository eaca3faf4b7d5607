"""The life of a version, and what its text must say before it goes on (01 §1.5, §1.8)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.domains.strategy.rules import charter_text
from jinlan.insight import parsing
from jinlan.lake.extracts.schema import UNIT_KINDS

Read = Callable[[str], Any]  # text -> what has kind, version and valid_from

# How the text of each kind is read: first strictly, then as a draft that may still be wrong.
READERS: dict[str, tuple[Read, Read]] = {
    **dict.fromkeys(UNIT_KINDS, (parsing.parse, parsing.loose)),
    charter_text.KIND: (charter_text.parse_charter, charter_text.parse_charter),
}
PURPOSE = 10  # characters, at least


@dataclass(frozen=True, slots=True)
class Head:
    """What a text says of itself."""

    kind: str
    version: str
    valid_from: date
    sha256: str


def head_of(kind: str, body: str, *, strict: bool) -> Head:
    """Read the head of a text of a kind.

    Raises:
        Refused: what its reader refuses; VERSION_KIND when it is the text of another kind; VERSION_NAME for no name or one too long.
    """
    found = READERS[kind][0 if strict else 1](body)
    if found.kind != kind:
        raise Refused(
            "VERSION_KIND", "这份文本属于%(found)s,而草稿属于%(kind)s。", "请导入同一类客户的标准文件。",
            found=found.kind, kind=kind, field="text",
        )  # fmt: skip
    if not 1 <= len(found.version) <= 20:
        raise Refused("VERSION_NAME", "版本号应为 1 到 20 个字符。", "请填写例如 2026.2。", field="version")
    return Head(found.kind, found.version, found.valid_from, hashlib.sha256(body.encode()).hexdigest())


def check_date(valid_from: date, last: date | None, published: date | None) -> None:
    """Refuse a date that would overlap with an approved version or rewrite what was published.

    Args:
        valid_from: the first day of the version.
        last: the first day of the newest approved version of the kind.
        published: the newest date that results were published for.
    """
    if last is not None and valid_from <= last:
        raise Refused(
            "VERSION_OVERLAP", "生效日 %(day)s 与已批准版本(自 %(last)s 起)重叠。", "请选择晚于 %(last)s 的日期。",
            day=valid_from, last=last, field="valid_from",
        )  # fmt: skip
    if published is not None and valid_from <= published:
        raise Refused(
            "VERSION_PAST", "生效日 %(day)s 不晚于已发布结果的日期 %(published)s,会改写历史。",
            "请选择晚于 %(published)s 的日期。", day=valid_from, published=published, field="valid_from",
        )  # fmt: skip


def check_purpose(purpose: str) -> None:
    """Refuse a version whose author does not say why it is to come."""
    if len(purpose.strip()) < PURPOSE:
        raise Refused(
            "VERSION_PURPOSE", "变更理由至少 %(least)s 个字。", "请写明为什么要改,审核人与委员会会看到。",
            least=PURPOSE, field="purpose",
        )  # fmt: skip
