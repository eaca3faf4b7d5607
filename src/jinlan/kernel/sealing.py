"""The audit's chain: entries sealed in batches, each root over the root before; and the check that finds what was touched.

Roots are also kept outside the database, one line of JSON each. Whoever rewrites the database, its administrator too, would have
to rewrite every copy of that file. See docs/decisions/0006-audit.md.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from django.db import connection

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused, Words
from jinlan.kernel.models import AuditBatch
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import scoped

BATCH_ROWS = 10_000
GENESIS = "0" * 64
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_LEAF = 40  # 8 bytes of id, 32 of hash
_PAGE = 10_000
_LINE = 4096  # longer than any line of the file of roots
_LOCK = 0x6A6C_5345_414C  # "jlSEAL"

What = Literal["changed", "missing", "inserted", "disordered", "rewritten", "lost", "no_roots"]
SAYS: dict[str, Words] = {
    "changed": Words("记录 %(row)s(批次 %(batch)s)的内容被改动"),
    "missing": Words("记录 %(row)s(批次 %(batch)s)被删除"),
    "inserted": Words("记录 %(row)s 是事后插入的(批次 %(batch)s)"),
    "disordered": Words("记录 %(row)s(批次 %(batch)s)的内容与另一条记录互换"),
    "rewritten": Words("批次 %(batch)s 被改写:它的根与链条或根文件不符"),
    "lost": Words("批次 %(batch)s 在数据库里不存在,链条被截断"),
    "no_roots": Words("根文件不存在,而数据库里已有批次"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that is wrong: `what`, in which batch (None: not sealed yet), at which entry's id (None: the batch)."""

    what: What
    batch: int | None = None
    row: int | None = None

    def __str__(self) -> str:
        return str(SAYS[self.what].at(batch="—" if self.batch is None else self.batch, row=self.row))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check saw: how many entries and batches were found right, and what was wrong first (None: nothing)."""

    rows: int
    batches: int
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing did: batches and entries sealed; `waiting` when a running transaction may still add entries before the end."""

    batches: int
    rows: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class _Root:
    number: int
    root: str


class _Damage(Exception):
    """Ends a check at the first finding."""

    def __init__(self, what: What, batch: int | None, row: int | None = None) -> None:
        super().__init__(what)
        self.finding = Finding(what, batch, row)


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Return the Merkle root in hex: leaves and nodes are hashed apart (0x00, 0x01), an odd one is carried up."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return (level[0] if level else bytes(32)).hex()


def chain_root(previous: str, leaves: bytes, first: int, last: int) -> str:
    """Return a batch's root: sha256 over ``previous|merkle|first|last|count``."""
    merkle = merkle_root(leaves[at : at + _LEAF] for at in range(0, len(leaves), _LEAF))
    return hashlib.sha256(f"{previous}|{merkle}|{first}|{last}|{len(leaves) // _LEAF}".encode()).hexdigest()


def _digest(row_hash: str) -> bytes:
    """Return the 32 bytes of a hash; of what is none (somebody wrote there, and a check will say so), the hash of its text."""
    if re.fullmatch("[0-9a-f]{64}", row_hash):
        return bytes.fromhex(row_hash)
    return hashlib.sha256(row_hash.encode()).digest()


def seal(actor: Actor, roots: Path, *, patience: float = 2, most: int = BATCH_ROWS) -> Sealed:
    """Seal every entry that is decided, in order of ids, and write the roots down outside the database.

    Args:
        actor: the system of an entity; batches speak of all entities.
        roots: the file of roots, made with its folder; one sealer at a time holds it.
        patience: seconds to wait for transactions that are writing entries at this moment; when they take longer,
            nothing is sealed and the next call takes all.
        most: entries in a batch.

    Raises:
        Refused: AUDIT_BROKEN when database and file disagree about what was sealed before.
    """
    with _held(roots) as file:
        with scoped(actor, write=True), connection.cursor() as cursor:
            cursor.execute("select sec.audit_partitions()")
        _catch_up(actor, file)
        with scoped(actor, write=True), connection.cursor() as cursor:
            cursor.execute("select sec.audit_settled(%s), exists (select from sec.audit_hashes(%s, '-infinity', %s, 1, false))",
                           [patience, _LOWEST, _HIGHEST])  # fmt: skip
            upto, some = cursor.fetchone()
        batches = rows = 0
        while upto is not None:
            with scoped(actor, write=True):
                made = _seal_one(actor, upto, most)
            if made is None:
                break
            # After the commit: a file that knows more than the database means a lost tail.
            _append(file, made)
            batches, rows = batches + 1, rows + made.rows
    return Sealed(batches, rows, waiting=upto is None and bool(some))


def _seal_one(actor: Actor, upto: int, most: int) -> AuditBatch | None:
    """Make the next batch inside a running scope; None when nothing is left."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])  # another home's sealer
    last = visible(actor, AuditBatch).order_by("-number").defer("leaves").first()
    after = last.last_id if last else _LOWEST
    found = _page(after, "infinity", upto, most, compute=False)
    if not found:
        return None
    leaves = b"".join(row[0].to_bytes(8, "big", signed=True) + _digest(row[2]) for row in found)
    previous = last.root if last else GENESIS
    first_id, last_id = found[0][0], found[-1][0]
    return AuditBatch.objects.create(
        number=last.number + 1 if last else 1, first_id=first_id, last_id=last_id, rows=len(found),
        root=chain_root(previous, leaves, first_id, last_id), previous=previous, sealed_at=actor.at, leaves=leaves,
    )  # fmt: skip


def _page(
    after: int, after_at: Any, upto: int, limit: int, *, compute: bool
) -> list[tuple[int, Any, str, str]]:
    """Return (id, recorded_at, stored hash, computed hash) of the next entries up to an id, a page of them."""
    with connection.cursor() as cursor:
        cursor.execute("select id, recorded_at::text, stored, computed from sec.audit_hashes(%s, %s, %s, %s, %s)",
                       [after, after_at, upto, limit, compute])  # fmt: skip
        return cursor.fetchall()


@contextmanager
def _held(roots: Path) -> Iterator[IO[bytes]]:
    """Open the file of roots for one sealer, without the half line that a killed one may have left."""
    roots.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(roots, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - _LINE))
        tail = file.read()
        file.truncate(end - len(tail) + tail.rfind(b"\n") + 1)
        yield file


def _catch_up(actor: Actor, file: IO[bytes]) -> None:
    """Add roots that were committed but not written down; raise `Refused` when the two disagree."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - _LINE))
    lines = file.read().splitlines()
    known = _parse(lines[-1]) if lines else _Root(0, GENESIS)
    with scoped(actor, write=True):
        batches = visible(actor, AuditBatch).defer("leaves")
        held = batches.filter(number=known.number).first()
        if known.number and (held is None or held.root != known.root):
            raise Refused(
                "AUDIT_BROKEN",
                "根文件的最后一批(%(number)s)与数据库不符。",
                "请运行 `./jinlan audit verify` 查明,不要删除根文件。",
                number=known.number,
            )
        for batch in batches.filter(number__gt=known.number).order_by("number").iterator(chunk_size=1000):
            _append(file, batch)


def _append(file: IO[bytes], batch: AuditBatch) -> None:
    line = {
        "number": batch.number, "first": batch.first_id, "last": batch.last_id, "rows": batch.rows, "root": batch.root,
        "previous": batch.previous, "sealed_at": batch.sealed_at.isoformat(),
    }  # fmt: skip
    file.seek(0, os.SEEK_END)
    file.write(json.dumps(line).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _parse(line: bytes) -> _Root:
    try:
        read = json.loads(line)
        return _Root(int(read["number"]), str(read["root"]))
    except (ValueError, KeyError, TypeError):
        raise Refused(
            "ROOTS_UNREADABLE",
            "根文件里有一行无法读取:%(line)s",
            "请改用另存的副本:`--roots FILE`。",
            line=line[:60].decode(errors="replace"),
        ) from None


def verify(actor: Actor, roots: Path) -> Verdict:
    """Recompute every entry's hash, every batch's root and the chain, and compare with the roots kept outside.

    Memory holds one batch. The file is measured before the database's snapshot is taken: a sealer may go on meanwhile. A
    file of some roots only, or an older copy, is compared as far as it goes; each root pins everything before it.

    Args:
        actor: an auditor, compliance, or the system.
        roots: the file of roots.

    Raises:
        Refused: ROOTS_UNREADABLE.
    """
    size = roots.stat().st_size if roots.exists() else None
    seen = _Seen()
    try:
        with scoped(actor):
            if size is None and visible(actor, AuditBatch).exists():
                raise _Damage("no_roots", None)
            _walk(actor, _lines(roots, size or 0), seen)
    except _Damage as damage:
        return Verdict(seen.rows, seen.batches, damage.finding)
    return Verdict(seen.rows, seen.batches, None)


@dataclass(slots=True)
class _Seen:
    rows: int = 0
    batches: int = 0


def _lines(roots: Path, size: int) -> Iterator[_Root]:
    """Yield the roots of a file, in rising order of numbers, up to a size; a half line at its end is none."""
    if not size:
        return
    number = 0
    with roots.open("rb") as file:
        for line in file:
            size -= len(line)
            if size < 0 or not line.endswith(b"\n"):
                return
            found = _parse(line)
            if found.number <= number:
                _parse(b"not in order: " + line)
            number = found.number
            yield found


def _walk(actor: Actor, lines: Iterator[_Root], seen: _Seen) -> None:
    previous, after = GENESIS, _LOWEST
    line = next(lines, None)
    for batch in _batches(actor):
        if batch.number != seen.batches + 1:
            raise _Damage("lost", seen.batches + 1)
        agrees = line is None or line.number != batch.number or line.root == batch.root
        if not agrees or not _sound(batch, previous, after):
            raise _Damage("rewritten", batch.number)
        if line is not None and line.number == batch.number:
            line = next(lines, None)
        for _ in _checked(batch, after):
            seen.rows += 1
        seen.batches += 1
        previous, after = batch.root, batch.last_id
    if line is not None:
        raise _Damage("lost", seen.batches + 1)
    for number, stored, computed in _rows(after, _HIGHEST):
        if stored != computed:
            raise _Damage("changed", None, number)
        seen.rows += 1


def _batches(actor: Actor) -> Iterator[AuditBatch]:
    """Yield the batches in order; a few at a time, each holds up to 400 kB."""
    number = 0
    while page := list(visible(actor, AuditBatch).filter(number__gt=number).order_by("number")[:8]):
        yield from page
        number = page[-1].number


def _sound(batch: AuditBatch, previous: str, after: int) -> bool:
    """Tell whether a batch fits its leaves and the batch before it."""
    leaves = bytes(batch.leaves)
    ids = [number for number, _ in _leaves(leaves)]
    return (
        len(ids) > 0
        and (batch.rows * _LEAF, batch.first_id, batch.last_id) == (len(leaves), ids[0], ids[-1])
        and all(a < b for a, b in zip([after, *ids], ids, strict=False))
        and batch.previous == previous
        and batch.root == chain_root(previous, leaves, batch.first_id, batch.last_id)
    )


def _leaves(leaves: bytes) -> list[tuple[int, bytes]]:
    return [
        (int.from_bytes(leaves[at : at + 8], "big", signed=True), leaves[at + 8 : at + _LEAF])
        for at in range(0, len(leaves), _LEAF)
    ]


def _checked(batch: AuditBatch, after: int) -> Iterator[int]:
    """Yield the entries of a batch that are as they were sealed; raise `_Damage` at the first that is not."""
    leaves = _leaves(bytes(batch.leaves))
    at = 0
    for number, stored, computed in _rows(after, batch.last_id):
        if at == len(leaves) or number < leaves[at][0]:
            raise _Damage("inserted", batch.number, number)
        if number > leaves[at][0]:
            raise _Damage("missing", batch.number, leaves[at][0])
        if _digest(stored) != leaves[at][1] or stored != computed:
            raise _Damage(_how(computed, stored, leaves, at), batch.number, number)
        at += 1
        yield number
    if at < len(leaves):
        raise _Damage("missing", batch.number, leaves[at][0])


def _how(computed: str, stored: str, leaves: list[tuple[int, bytes]], at: int) -> What:
    """Say whether a touched entry carries another entry's hash (they were exchanged) or one of its own."""
    others = {digest for place, (_, digest) in enumerate(leaves) if place != at}
    return "disordered" if {_digest(stored), _digest(computed)} & others else "changed"


def _rows(after: int, upto: int) -> Iterator[tuple[int, str, str]]:
    """Yield (id, stored hash, computed hash) of the entries after an id up to another, a page at a time."""
    at: Any = "infinity"
    while page := _page(after, at, upto, _PAGE, compute=True):
        for number, _, stored, computed in page:
            yield number, stored, computed
        after, at = page[-1][0], page[-1][1]
