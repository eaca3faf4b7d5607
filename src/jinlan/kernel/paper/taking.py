"""Taking a document out of the house: proved who takes it, said what for, marked, and written down in the same transaction.

A document is about one client, so it counts as one row of what somebody may take alone; who may take no row takes none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.kernel.audit import audit
from jinlan.kernel.export import Mark
from jinlan.kernel.paper import Paper, docx, pdf
from jinlan.kernel.resource.files import PURPOSES, REASON, Taken, limit_of
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.who import name_of

Kind = Literal["docx", "pdf"]
TYPES: dict[Kind, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_WRITERS: dict[Kind, Callable[[Paper], bytes]] = {"docx": docx, "pdf": pdf}


def take_paper(
    *,
    actor: Actor,
    what: str,
    about: str,
    kind: str,
    purpose: str,
    reason: str,
    compose: Callable[[Mark], Paper],
) -> Taken:
    """Make a document in the scope of who takes it and write down that it left.

    Args:
        actor: who takes it.
        what: which document, a code, e.g. ``plan``; in its name and in the record.
        about: what it is about, e.g. the public id of the version.
        kind: docx or pdf.
        purpose: a code of `PURPOSES`.
        reason: for whom and what for.
        compose: makes the paper for a mark, through the actor's own selectors.

    Raises:
        ScopeDenied: the actor may take nothing.
        Refused: EXPORT_FORMAT, EXPORT_PURPOSE, EXPORT_REASON.
    """
    if not limit_of(actor):
        raise ScopeDenied("ROLE", "您的角色不能做这项操作。", "请联系有权的同事。")
    asked = {"paper": what, "of": about, "kind": kind, "purpose": purpose}
    writer, said = _checked(kind, purpose, reason)
    with scoped(actor, write=True):
        mark = Mark(name_of(actor), actor.username, actor.at, f"{PURPOSES[purpose]}:{said}", str(uuid7()))
        paper = compose(mark)
        audit(actor, "paper.exported", "export", mark.number, after=asked, reason=said[:500])
    return Taken(f"jinlan-{what}-{mark.number[-6:]}.{kind}", TYPES[writer], 1, _WRITERS[writer](paper))


def _checked(kind: str, purpose: str, reason: str) -> tuple[Kind, str]:
    known = next((one for one in TYPES if one == kind), None)
    if known is None:
        raise Refused("EXPORT_FORMAT", "没有格式 %(kind)s。", "请选 docx 或 pdf。", kind=kind, field="kind")
    if purpose not in PURPOSES:
        raise Refused("EXPORT_PURPOSE", "请选择用途。", "导出须写明用途。", field="purpose")
    said = reason.strip()
    if len(said) < REASON:
        raise Refused(
            "EXPORT_REASON",
            "说明至少 %(least)s 个字。",
            "请写明给谁、做什么用。",
            least=REASON,
            field="reason",
        )
    return known, said
