"""P10, files: exactly the registered address takes files, of whom may write there, and nothing hostile is kept by it.

Every hostile file of `handed_in`, and those of `ways_out`, are handed in as somebody who may, each with the one good reason that it
would be kept if nobody looked. What is kept is taken out again and searched for what was bad about it; good files must come in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jinlan.kernel.intake import take
from jinlan.kernel.intake.door import FIELD, MARK
from jinlan.kernel.intake.names import LONGEST
from jinlan.site.trust.arena import Admin
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.facts import ANONYMOUS
from jinlan.site.trust.handed_in import HARMLESS, PLACE, SCRIPT, Handed, good, hostile
from jinlan.site.trust.ways_out import files

INTAKES = frozenset(("interaction-attach",))
GIVER = "lead"
OTHERS = ("compliance", "auditor", "security", "admin", "audits", ANONYMOUS)  # none of them may add a file
TRACES = (PLACE, SCRIPT, b"<?php", b"#!/bin/sh")
HEADERS = {
    "Content-Type": "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass
class Found:
    """What was handed in and what came of it."""

    handed: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # by what was expected
    harmless: int = 0
    good: int = 0
    denied: int = 0
    wrong: list[str] = field(default_factory=list)


def registered() -> frozenset[str]:
    """Return the addresses that take files, as their views say."""
    return frozenset(_marked(get_resolver().url_patterns))


def _marked(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _marked(one.url_patterns)
        elif getattr(one.callback, MARK, ()):
            yield str(one.name or one.pattern)


class Giver:
    """Somebody who hands files in on an interaction that he sees, and looks at what is kept."""

    def __init__(self, bank: Bank, admin: Admin) -> None:
        self.bank, self.admin, self.found = bank, admin, Found()
        self.client = browser(bank, GIVER)
        seen = [
            key
            for thing, key in sorted(bank.thing_ids.items())
            if thing.startswith("interactions:") and self._opens(key)
        ]
        self.addresses = [reverse("interaction-attach", kwargs={"public_id": key}) for key in seen]

    def _opens(self, key: Any) -> bool:
        return self.client.get(reverse("interactions-one", kwargs={"public_id": key})).status_code == 200

    def give(self, one: Handed, client: Client | None = None) -> tuple[int, list[Any]]:
        """Hand a file in; return the answer's status, and (public id, name, kind) of what is kept, which is then forgotten."""
        self.admin.execute("delete from engagement_attachmentcontent; delete from engagement_attachment")
        named = one.name.replace(
            '"', "%22"
        ).encode()  # as browsers send it, not as Django's own client would tidy it
        body = (
            b'--xx--x\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s\r\n--xx--x--\r\n'
            % (FIELD.encode(), named, one.content)
        )
        answer = (client or self.client).generic(
            "POST", self.addresses[0], body, "multipart/form-data; boundary=xx--x"
        )
        return answer.status_code, self.admin.execute(
            "select public_id, name, kind from engagement_attachment"
        ).fetchall()

    def hostile(self, every: Sequence[Handed]) -> None:
        """Hand in hostile files: nothing is kept, or nothing bad of it."""
        for one in every:
            self.found.handed += 1
            status, kept = self.give(one)
            if status >= 500:
                self.found.wrong.append(f"{one.name[:40]!r}: answered {status}")
            if one.code == HARMLESS:
                self.found.harmless += 1
                self._judge(one, kept)
                continue
            self.found.refused[one.code or "any"] += 1
            if kept:
                self.found.wrong.append(f"{one.name[:40]!r}: taken, expected {one.code or 'a refusal'}")

    def _judge(self, one: Handed, kept: list[Any]) -> None:
        if not kept:
            self.found.wrong.append(f"{one.name[:40]!r}: refused, though it can be made harmless")
            return
        ((key, name, _kind),) = kept
        answer: Any = self.client.get(reverse("attachment-content", kwargs={"public_id": key}))
        left = [trace for trace in TRACES if trace in answer.content]
        tidy = len(name) <= LONGEST and name.isprintable() and not set('/\\:;"<>') & set(name)
        if left or not tidy or answer.status_code != 200:
            self.found.wrong.append(
                f"{one.name[:40]!r}: kept as {name[:40]!r} with {left}, answered {answer.status_code}"
            )
        self._given_out(one, answer)

    def _given_out(self, one: Handed, answer: Any) -> None:
        apart = answer.headers.get("Content-Disposition", "").startswith("attachment; ") and "sandbox" in answer.headers.get("Content-Security-Policy", "")  # fmt: skip
        if not apart or any(answer.headers.get(name) != value for name, value in HEADERS.items()):
            self.found.wrong.append(f"{one.name[:40]!r}: given out to be shown")

    def good(self) -> None:
        """Hand in good files: they are kept, of whom may; and of nobody else."""
        for one in good():
            self.found.good += 1
            status, kept = self.give(one)
            if status != 302 or len(kept) != 1:
                self.found.wrong.append(f"{one.name}: a good file was refused ({status})")
        for who in OTHERS:
            self.found.denied += 1
            status, kept = self.give(good()[0], browser(self.bank, who))
            if kept or status not in (302, 400, 404):
                self.found.wrong.append(f"{who}: handed in a file ({status})")


def prove(bank: Bank, admin: Admin, *, share: int = 1, own: int = 1) -> Found:
    """Hand everything in: every `own`-th of the files made for this, every `share`-th of those that are sent everywhere."""
    giver = Giver(bank, admin)
    if registered() != INTAKES:
        giver.found.wrong.append(f"files are taken by {sorted(registered())}")
    giver.hostile(hostile()[::own])
    giver.hostile([Handed(name, content, "") for name, content, _kind in files()[::share]])
    giver.good()
    return giver.found


@contextmanager
def unlooked() -> Iterator[None]:
    """Plant the canary: nobody looks at what a file holds."""
    with patch.object(take, "looked", lambda _kind, _ending, content, _limits: content):
        yield
