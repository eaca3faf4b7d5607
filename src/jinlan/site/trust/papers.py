"""P9's documents: a plan as Word or PDF leaves only for who sees its page, with a mark and a record, and holds nothing that runs or leads out."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from jinlan.basics.clock import now_utc
from jinlan.kernel.models import AuditEntry, Person
from jinlan.kernel.paper.taking import TYPES
from jinlan.kernel.resource.files import TAKERS
from jinlan.kernel.scope import actor_for, scoped
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser

GIVEN = {"purpose": "AUDIT", "reason": "信任演练的导出"}
ACTIVE = re.compile(r"/(JavaScript|JS|OpenAction|AA|Annots|URI|Launch|EmbeddedFiles|AcroForm)\b")
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
PARTS = re.compile(r"vba|macro|embed|media|activeX|customXml|oleObject", re.IGNORECASE)
EACH = 2  # clients of each person


def prove(bank: Bank, seed: int, wrong: list[str]) -> int:
    """Take documents as everybody who may take files; return how many were taken."""
    dice, taken = random.Random(seed), 0  # noqa: S311  a test's dice
    for who, key in sorted(bank.people.items()):
        person = Person.objects.get(pk=key)
        if person.entity != bank.facts.entity or not actor_for(person, now_utc()).has(*TAKERS):
            continue
        for unit in dice.sample(sorted(bank.unit_ids), EACH):
            for paper in ("plan", "mutual"):
                taken += sum(
                    _one(bank, who, person, str(bank.unit_ids[unit]), paper, kind, wrong) for kind in TYPES
                )
    return taken


def _one(bank: Bank, who: str, person: Person, unit: str, paper: str, kind: str, wrong: list[str]) -> bool:
    client, before = browser(bank, who), _records(bank, person)
    seen = client.get(f"/clients/{unit}/plan").status_code
    answer: Any = client.post(
        f"/clients/{unit}/plan/paper?paper={paper}",
        urlencode(GIVEN | {"kind": kind}),
        content_type="application/x-www-form-urlencoded",
    )
    what, told = f"{who} {paper} {kind}", _records(bank, person)[len(before) :]
    given = "Content-Disposition" in answer.headers
    if given != (seen == 200 and person.is_active):
        wrong.append(f"{what}: answered {answer.status_code} where the page answers {seen}")
    if [one[1] for one in told] != ([{"paper": paper, "kind": kind}] if given else []):
        wrong.append(f"{what}: the record of it is missing or wrong")
        return given
    if given:
        text, faults = word(answer.content) if kind == "docx" else printed(answer.content)
        wrong += [f"{what}: {fault}" for fault in faults]
        if told[0][0] not in text:
            wrong.append(f"{what}: no number of the export")
        if (f"({person.username})" in text) != (paper == "plan"):
            wrong.append(f"{what}: the mark of the taker is missing, or his user name goes to the client")
    return given


def _records(bank: Bank, person: Person) -> list[tuple[str, dict[str, Any]]]:
    with scoped(actor_for(Person.objects.get(pk=bank.people["auditor"]), now_utc())):
        rows = AuditEntry.objects.filter(verb="paper.exported", person=person.pk).order_by("id")
        return [
            (row.object_id, {name: (row.after or {}).get(name) for name in ("paper", "kind")}) for row in rows
        ]


def word(body: bytes) -> tuple[str, list[str]]:
    """Return everything a Word file says, and what should not be in it."""
    archive = zipfile.ZipFile(io.BytesIO(body))
    texts = {name: archive.read(name).decode() for name in archive.namelist()}
    said = "\n".join(
        _said(text) for name, text in texts.items() if name.startswith("word/") and name.endswith(".xml")
    )
    faults = [f"holds {name}" for name in texts if PARTS.search(name)]
    faults += [
        f"{name} leads out" for name, text in texts.items() if name.endswith(".rels") and "External" in text
    ]
    faults += ["holds a field" for one in _fields(texts["word/document.xml"]) if one]
    return said, faults + _odd(said)


def printed(body: bytes) -> tuple[str, list[str]]:
    """Return everything a PDF says, its lines put together, and what should not be in it."""
    import pypdf  # a part of the tests' requirements only

    reader = pypdf.PdfReader(io.BytesIO(body))
    said = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    seen = repr([reader.trailer["/Root"], *(dict(page) for page in reader.pages)])
    return said, [f"holds {one}" for one in ACTIVE.findall(seen)] + _odd(said)


def _said(text: str) -> str:
    return "".join(ElementTree.fromstring(text).itertext())  # noqa: S314  written by ourselves a moment ago


def _fields(text: str) -> Iterator[str]:
    yield from re.findall(r"w:fldSimple|w:instrText|w:hyperlink", text)


def _odd(said: str) -> list[str]:
    return [f"holds the character {one!r}" for one in sorted(set(ODD.findall(said)))]
