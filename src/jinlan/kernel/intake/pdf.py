"""PDF documents: pages, and nothing that runs, sends, opens or carries another file.

Two looks, since each alone can be led astray: at the bytes as they lie there (a reader that repairs a file finds objects that no table
names), and at every object that the file's tables name, packed ones included.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from jinlan.basics.errors import Refused
from jinlan.kernel.intake.limits import Limits

ACTIVE = frozenset(
    ("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData",
     "/GoToR", "/GoToE", "/Movie", "/Sound", "/3D")
)  # fmt: skip
# In plain bytes only the long ones: two letters come up in any picture by chance.
_PLAIN = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia|SubmitForm|ImportData|GoToR|GoToE)\b")
_SPELLED = re.compile(rb"#([0-9A-Fa-f]{2})")
_TABLES = 64  # of objects: each save adds one
_DEEP = 40
_BROKEN = (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, zlib.error, OSError, OverflowError, AssertionError)  # fmt: skip


def leafed(content: bytes, limits: Limits, _form: str) -> bytes:
    """Return a PDF as it came after a look at its bytes and at every object.

    Raises:
        Refused: FILE_BROKEN, FILE_PACKED, FILE_LOCKED, FILE_BOMB, FILE_ACTIVE.
    """
    if (
        not content.startswith(b"%PDF-")
        or b"%%EOF" not in content[-1024:]
        or b"PK\x05\x06" in content[-70_000:]
    ):
        raise Refused(
            "FILE_PACKED", "文件里夹带了别的内容。", "请用原来的程序打开，另存一份再上传。", field="files"
        )
    if content.count(b"/XRef") + content.count(b"startxref") > _TABLES:
        raise _bomb()
    if _PLAIN.search(_SPELLED.sub(lambda one: bytes((int(one.group(1), 16),)), content)):
        raise _active()
    try:
        _look(PdfReader(io.BytesIO(content)), limits)
    except _BROKEN:
        raise Refused(
            "FILE_BROKEN", "文件不完整或已损坏。", "请在电脑上打开确认后另存一份再上传。", field="files"
        ) from None
    return content


def _look(reader: PdfReader, limits: Limits) -> None:
    if "/Encrypt" in reader.trailer or reader.is_encrypted:
        raise Refused("FILE_LOCKED", "文件设有密码，无法检查。", "请去掉密码后再上传。", field="files")
    named = [(number, generation) for generation, table in reader.xref.items() for number in table]
    packed = {number: stream for number, (stream, _place) in reader.xref_objStm.items()}
    if len(named) + len(packed) > limits.objects or not named:
        raise _bomb()
    _unpack(reader, set(packed.values()), limits.unpacked)
    _see(reader.trailer, 0)
    for number, generation in (*named, *((number, 0) for number in packed)):
        _see(reader.get_object(IndirectObject(number, generation, reader)), 0)
    if not any(True for _ in reader.pages):
        raise ValueError("no page")


def _unpack(reader: PdfReader, streams: set[int], room: int) -> None:
    """Refuse packed objects that unpack to more than `room` bytes together, before anybody unpacks them whole."""
    for number in streams:
        stream: Any = reader.get_object(IndirectObject(number, 0, reader))
        if not isinstance(stream, StreamObject) or stream.get("/Filter") not in (
            None,
            "/FlateDecode",
            ["/FlateDecode"],
        ):
            raise ValueError("objects packed in another way")
        room -= (
            len(zlib.decompressobj().decompress(stream._data, room + 1))
            if "/Filter" in stream
            else len(stream._data)
        )
        if room < 0:
            raise _bomb()


def _see(thing: Any, depth: int) -> None:
    """Refuse what is active in an object; what it points at is seen where it lies itself."""
    if depth > _DEEP:
        raise ValueError("too deep")
    for one in _inner(thing):
        if isinstance(one, NameObject) and str(one) in ACTIVE:
            raise _active()
        if not isinstance(one, IndirectObject):
            _see(one, depth + 1)


def _inner(thing: Any) -> Iterator[Any]:
    if isinstance(thing, DictionaryObject):
        for name in thing:
            yield NameObject(name)
            yield thing.raw_get(name)
    elif isinstance(thing, ArrayObject):
        yield from list.__iter__(thing)


def _active() -> Refused:
    return Refused(
        "FILE_ACTIVE", "PDF 含有脚本、动作或内嵌文件。", "请用“打印为 PDF”另存一份再上传。", field="files"
    )


def _bomb() -> Refused:
    return Refused(
        "FILE_BOMB", "文件展开后过大。", "请用“打印为 PDF”另存，或拆成几个文件再上传。", field="files"
    )
