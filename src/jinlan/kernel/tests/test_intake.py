"""What is handed in: every hostile file gets its own refusal or loses what was bad about it; good ones come in."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from PIL import Image

from jinlan.basics.errors import Refused
from jinlan.kernel.intake.limits import limits_on
from jinlan.kernel.intake.names import clean_name
from jinlan.kernel.intake.take import KINDS, take
from jinlan.site.trust.handed_in import HARMLESS, PLACE, SCRIPT, Handed, good, hostile, picture

LIMITS = limits_on(date(2026, 11, 10))
REFUSED = [one for one in hostile() if one.code != HARMLESS]


def test_the_limits_are_those_of_the_register() -> None:
    assert (LIMITS.file, LIMITS.form, LIMITS.pixels, LIMITS.parts, LIMITS.unpacked, LIMITS.objects) == (
        10_000_000, 24_000_000, 52_000_000, 5000, 100_000_000, 20_000,
    )  # fmt: skip


@pytest.mark.parametrize("one", REFUSED, ids=lambda one: ascii(one.name)[:30])
def test_a_hostile_file_is_refused_for_what_it_is(one: Handed) -> None:
    with pytest.raises(Refused) as refused:
        take(one.name, one.content, LIMITS)
    assert refused.value.code == one.code
    assert refused.value.way_out


@pytest.mark.parametrize(
    "one", [one for one in hostile() if one.code == HARMLESS], ids=lambda one: ascii(one.name)[:30]
)
def test_a_picture_is_kept_without_what_was_hidden_in_it(one: Handed) -> None:
    taken = take(one.name, one.content, LIMITS)

    assert [part for part in (PLACE, SCRIPT, b"<?php", b"Exif", b"PK\x03\x04") if part in taken.content] == []
    with Image.open(io.BytesIO(taken.content)) as kept:
        assert (kept.size, len(kept.getexif()), "comment" in kept.info) == ((40, 30), 0, False)
    assert len(taken.name) <= 120
    assert re.search(r'[\x00-\x1f/\\:;"<>\u202e]', taken.name) is None
    assert taken.name.count(".") == 1


@pytest.mark.parametrize("one", good(), ids=lambda one: one.name)
def test_a_good_file_comes_in(one: Handed) -> None:
    taken = take(one.name, one.content, LIMITS)

    assert (taken.name, len(taken.sha256)) == (one.name, 64)
    if taken.kind not in {"JPEG", "PNG", "WEBP"}:
        assert taken.content == one.content


def test_a_picture_stands_upright_afterwards() -> None:
    made, marks = io.BytesIO(), Image.Exif()
    marks[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (40, 30)).save(made, "JPEG", exif=marks)

    with Image.open(io.BytesIO(take("a.jpg", made.getvalue(), LIMITS).content)) as kept:
        assert kept.size == (30, 40)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/纪要.PDF", "纪要.pdf"), ("C:\\Users\\x\\照片.JPG", "照片.jpg"), ("a\x00b.pdf", "ab.pdf"), ("\u202efdp.exe.jpg", "fdp_exe.jpg"),
     ("shell.php.jpg", "shell_php.jpg"), ("2026.11.10 会谈.pdf", "2026.11.10 会谈.pdf"), ("con.pdf", "_con.pdf"), ("a:b|c.pdf", "a_b_c.pdf"),
     ("  .. a  b .pdf", "a b.pdf"), ("x" * 200 + ".docx", "x" * 115 + ".docx"), ("报告.final.v2.docx", "报告_final_v2.docx")],
)  # fmt: skip
def test_a_name_is_a_text_and_never_a_path(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_what_comes_in_is_a_short_list() -> None:
    assert sorted(KINDS) == ["docx", "jpeg", "jpg", "pdf", "png", "pptx", "webp", "xlsx"]
    assert take("a.jpeg", picture(), LIMITS).kind == "JPEG"
