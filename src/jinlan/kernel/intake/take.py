"""The look at a file that somebody hands in: what it is called, what it is, and what of it is kept."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

import puremagic

from jinlan.basics.errors import Refused
from jinlan.kernel.intake.limits import Limits
from jinlan.kernel.intake.names import clean_name
from jinlan.kernel.intake.office import opened
from jinlan.kernel.intake.pdf import leafed
from jinlan.kernel.intake.pictures import redrawn
from jinlan.kernel.intake.scanner import refuse_infected

_one_at_a_time = threading.Lock()  # what a file unpacks to lies in memory once in a process


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken: its code, the form its look knows it by, and the look, which returns what is kept."""

    code: str
    form: str
    look: Callable[[bytes, Limits, str], bytes]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that may be kept: its clean name, its kind's code, what of it is kept, and the SHA-256 of what was handed in."""

    name: str
    kind: str
    content: bytes
    sha256: str


JPEG = Kind("JPEG", "JPEG", redrawn)
KINDS: dict[str, Kind] = {  # by ending; an ending that is not here does not come in
    "jpg": JPEG, "jpeg": JPEG, "png": Kind("PNG", "PNG", redrawn), "webp": Kind("WEBP", "WEBP", redrawn), "pdf": Kind("PDF", "pdf", leafed),
    "docx": Kind("DOCX", "docx", opened), "xlsx": Kind("XLSX", "xlsx", opened), "pptx": Kind("PPTX", "pptx", opened),
}  # fmt: skip
ACCEPT = ",".join(f".{ending}" for ending in KINDS)  # for the browser's choice of files


def take(name: str, content: bytes, limits: Limits) -> Taken:
    """Return a file as it is kept.

    Args:
        name: what its owner calls it.
        content: its bytes.
        limits: of the day.

    Raises:
        Refused: FILE_NAME, FILE_KIND, FILE_EMPTY, FILE_LARGE, FILE_MALWARE, FILE_SCANNER, FILE_OTHER, and what the look of its
            kind refuses: FILE_BROKEN, FILE_PIXELS, FILE_BOMB, FILE_PACKED, FILE_LOCKED, FILE_MACRO, FILE_OUTSIDE, FILE_PART, FILE_ACTIVE.
    """
    called = clean_name(name)
    ending = called.rpartition(".")[2]
    kind = KINDS.get(ending)
    if kind is None:
        raise Refused(
            "FILE_KIND",
            "不收 .%(ending)s 文件。",
            "可以上传 %(kinds)s。",
            ending=ending,
            kinds=list(KINDS),
            field="files",
        )
    if not content:
        raise Refused("FILE_EMPTY", "文件是空的。", "请选择有内容的文件。", field="files")
    if len(content) > limits.file:
        raise large(limits)
    refuse_infected(content)
    kept = looked(kind, ending, content, limits)
    if len(kept) > limits.file:
        raise large(limits)
    return Taken(called, kind.code, kept, hashlib.sha256(content).hexdigest())


def looked(kind: Kind, ending: str, content: bytes, limits: Limits) -> bytes:
    """Return what is kept of a file whose signature and content are those of its ending."""
    if f".{ending}" not in _signatures(content):
        raise Refused(
            "FILE_OTHER",
            "文件内容与后缀 %(ending)s 不符。",
            "请用原来的程序另存为该格式后再上传。",
            ending=ending,
            field="files",
        )
    with _one_at_a_time:
        return kind.look(content, limits, kind.form)


def _signatures(content: bytes) -> set[str]:
    """Return the endings that fit a file's signature best."""
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return set()
    best = max((one.confidence for one in found), default=0)
    return {one.extension for one in found if one.confidence == best}


def large(limits: Limits) -> Refused:
    """Return the refusal of a file that is too large."""
    return Refused(
        "FILE_LARGE",
        "文件超过 %(most)s MB。",
        "请压缩图片，或拆成几个文件后再上传。",
        most=limits.file_mb,
        field="files",
    )
