"""Word, Excel and PowerPoint documents: packed parts, each of a kind that only holds content, and nothing that is fetched or run.

What is looked for: paths, locked or overlapping parts, what unpacks without end, macros, controls and embedded programs, parts that
are fetched from elsewhere when the document is opened, and entities of XML. A link that a reader follows by himself is content.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from jinlan.basics.errors import Refused
from jinlan.kernel.intake.limits import Limits

_OOXML = "application/vnd.openxmlformats-officedocument"
MAIN = {
    "docx": f"{_OOXML}.wordprocessingml.document.main+xml",
    "xlsx": f"{_OOXML}.spreadsheetml.sheet.main+xml",
    "pptx": f"{_OOXML}.presentationml.presentation.main+xml",
}
TYPES = "[Content_Types].xml"
PARTS = {
    "xml",
    "rels",
    "vml",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "bmp",
    "tif",
    "tiff",
    "emf",
    "wmf",
    "wdp",
    "fntdata",
    "odttf",
    *MAIN,
}
RUNS = re.compile(
    r"macroenabled|vbaproject|vbadata|activex|oleobject|/control\b|xlmacrosheet|intlmacrosheet", re.IGNORECASE
)
FETCHED = re.compile(
    r"externallink|/connections\b|attachedtemplate|/frame\b|subdocument|afchunk", re.IGNORECASE
)
FOLLOWED = {"http", "https", "mailto"}
NESTED = 1  # a chart brings its own table, which brings no further document
_BROKEN = (
    BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
)


def opened(content: bytes, limits: Limits, form: str) -> bytes:
    """Return a document as it came after a look at each of its parts.

    Raises:
        Refused: FILE_BROKEN, FILE_OTHER, FILE_LOCKED, FILE_PACKED, FILE_BOMB, FILE_MACRO, FILE_OUTSIDE, FILE_PART.
    """
    try:
        _look(content, limits, form, limits.unpacked, 0)
    except _BROKEN:
        raise Refused(
            "FILE_BROKEN", "文件不完整或已损坏。", "请在电脑上打开确认后另存一份再上传。", field="files"
        ) from None
    return content


def _look(content: bytes, limits: Limits, form: str, room: int, depth: int) -> int:
    """Look at every part and return how many bytes are left of `room`."""
    with ZipFile(io.BytesIO(content)) as book:
        parts = book.infolist()
        _shape(content, book, parts, limits)
        for part in parts:
            _called(part)
            data = _unpacked(book, part, room)
            room -= len(data)
            room = _part(part.filename, data, limits, room, depth)
        if MAIN[form] not in _main_types(book.read(TYPES)):
            raise Refused(
                "FILE_OTHER",
                "文件内容与后缀 %(ending)s 不符。",
                "请用原来的程序另存为该格式后再上传。",
                ending=form,
                field="files",
            )
    return room


def _shape(content: bytes, book: ZipFile, parts: list[ZipInfo], limits: Limits) -> None:
    """Refuse what stands before, behind or over the parts, and too many of them."""
    names = [part.filename.lower() for part in parts]
    if len(parts) > limits.parts:
        raise _bomb()
    whole = content[:4] == b"PK\x03\x04" and content[-22:-18] == b"PK\x05\x06" and not book.comment
    if not whole or min(part.header_offset for part in parts) != 0 or len(set(names)) != len(names):
        raise Refused(
            "FILE_PACKED", "文件里夹带了别的内容。", "请用原来的程序打开，另存一份再上传。", field="files"
        )
    if TYPES.lower() not in names:
        raise Refused("FILE_OTHER", "文件内容与后缀 %(ending)s 不符。", "请用原来的程序另存为该格式后再上传。", ending="docx、xlsx、pptx", field="files")  # fmt: skip
    if sum(part.file_size for part in parts) > limits.unpacked:
        raise _bomb()


def _called(part: ZipInfo) -> None:
    name = part.filename
    if part.flag_bits & 0x1:
        raise Refused("FILE_LOCKED", "文件设有密码，无法检查。", "请去掉密码后再上传。", field="files")
    wrong = (
        "\\" in name
        or "\x00" in name
        or name.startswith("/")
        or ".." in PurePosixPath(name).parts
        or ":" in name
    )
    if wrong or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Refused(
            "FILE_PACKED", "文件里夹带了别的内容。", "请用原来的程序打开，另存一份再上传。", field="files"
        )


def _unpacked(book: ZipFile, part: ZipInfo, room: int) -> bytes:
    """Return a part; what it says about its size is not believed."""
    with book.open(part) as stream:
        data = stream.read(room + 1)
    if len(data) > room:
        raise _bomb()
    return data


def _part(name: str, data: bytes, limits: Limits, room: int, depth: int) -> int:
    if name.endswith("/"):
        return room
    ending = name.rpartition(".")[2].lower()
    printer = "/printersettings/" in name.lower() and ending == "bin"
    if RUNS.search(name) or "/vba" in name.lower():
        raise _macro()
    if ending not in PARTS and not printer:
        raise Refused(
            "FILE_PART", "文件里嵌入了别的文件或程序。", "请删去嵌入的对象，另存一份再上传。", field="files"
        )
    if ending in MAIN:
        if depth >= NESTED:
            raise _bomb()
        return _look(data, limits, ending, room, depth + 1)
    if ending in {"xml", "rels", "vml"}:
        _markup(name, data, ending)
    return room


def _markup(name: str, data: bytes, ending: str) -> None:
    if FETCHED.search(f"/{name}"):
        raise _outside()
    if ending == "rels":
        for _, given in _elements(data):
            _relation(given)
    elif name == TYPES:
        for _, given in _elements(data):
            if RUNS.search(given.get("ContentType", "")):
                raise _macro()
    elif b"<!DOCTYPE" in _flat(data) or b"<!ENTITY" in _flat(data):
        raise _entity()


def _relation(given: Mapping[str, str]) -> None:
    kind, target = given.get("Type", ""), given.get("Target", "")
    if RUNS.search(kind):
        raise _macro()
    if given.get("TargetMode", "").lower() == "external":
        if not (kind.endswith("/hyperlink") and urlsplit(target).scheme.lower() in FOLLOWED):
            raise _outside()
    elif FETCHED.search(kind) or "://" in target:
        raise _outside()


def _main_types(data: bytes) -> set[str]:
    return {given.get("ContentType", "") for name, given in _elements(data) if name == "Override"}


def _elements(data: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Return name and attributes of every element; nothing is resolved, and what declares a type of its own is refused."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def doctype(*_declared: object) -> None:
        raise _entity()

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = lambda name, given: found.append((name.rpartition(" ")[2], given))
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return iter(found)


def _flat(data: bytes) -> bytes:
    """Return markup without the zeros of two-byte characters, in which a word could hide."""
    return data.replace(b"\x00", b"").upper()


def _bomb() -> Refused:
    return Refused("FILE_BOMB", "文件展开后过大。", "请拆成几个文件，或导出为 PDF 后再上传。", field="files")


def _macro() -> Refused:
    return Refused(
        "FILE_MACRO",
        "文件含有宏或控件。",
        "请另存为不含宏的格式（docx、xlsx、pptx），或导出为 PDF 后再上传。",
        field="files",
    )


def _outside() -> Refused:
    return Refused(
        "FILE_OUTSIDE",
        "文件打开时会取用外部内容。",
        "请在文件里断开外部链接，或导出为 PDF 后再上传。",
        field="files",
    )


def _entity() -> Refused:
    return Refused(
        "FILE_PART", "文件里有不属于这种格式的内容。", "请用原来的程序打开，另存一份再上传。", field="files"
    )
