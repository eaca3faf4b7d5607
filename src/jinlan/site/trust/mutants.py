"""P3: plants one hole at a time in a clone of the bank and asks whether P1 or P2 finds it. All must be found."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from jinlan.site.trust import probing, rls
from jinlan.site.trust.arena import Arena, connected, statement
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.py_mutants import PY_MUTANTS, PyMutant
from jinlan.site.trust.sql_mutants import SQL_MUTANTS, SqlMutant

CLONE = "trust_mutant"
SOME = 6
Say = Callable[[str], None]
M = TypeVar("M", PyMutant, SqlMutant)


@dataclass
class Verdict:
    """Which planted holes were found, and by what; `missed` must stay empty."""

    planted: int = 0
    caught: dict[str, str] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Planter:
    """Plants holes in clones of a filled bank (a database that nobody is connected to)."""

    def __init__(self, arena: Arena, source: str, bank: Bank, *, seed: int, clone: str = CLONE) -> None:
        self.arena, self.source, self.bank, self.seed, self.clone = arena, source, bank, seed, clone
        self.known: dict[object, frozenset[str]] = {}

    def sql(self, mutant: SqlMutant) -> str:
        """Return what P2 said first about a hole in the database, "" when it found nothing."""
        known = self._known("sql", self._examine)
        self.arena.clone(self.clone, self.source)
        try:
            with self.arena.planting(self.clone) as admin:
                mutant.plant(admin)
            found = self._examine(known)
        finally:
            if mutant.undo:
                with self.arena.planting("postgres") as admin:
                    admin.execute(statement(mutant.undo))
        return found[0] if found else ""

    def python(self, mutant: PyMutant) -> str:
        """Return what P1 said first about a hole in Python, "" when it found nothing."""
        aim = (mutant.only, mutant.methods)
        known = self._known(aim, lambda before: self._probe(mutant, before))
        self.arena.clone(self.clone, self.source)
        with connected(self.clone), mutant.plant(self.bank):
            found = self._probe(mutant, known)
        return found[0] if found else ""

    def _known(self, aim: object, ask: Callable[[frozenset[str]], list[str]]) -> frozenset[str]:
        """Return what is wrong without any hole: it must not pass for a catch."""
        if aim not in self.known:
            self.arena.clone(self.clone, self.source)
            self.known[aim] = frozenset(ask(frozenset({"everything"})))
        return self.known[aim]

    def _examine(self, known: frozenset[str]) -> list[str]:
        with connected(self.clone), self.arena.planting(self.clone) as admin:
            return rls.prove(self.bank, admin, stop_early="everything" not in known, known=known).wrong

    def _probe(self, mutant: PyMutant, known: frozenset[str]) -> list[str]:
        with connected(self.clone), self.arena.planting(self.clone) as admin:
            return probing.prove(self.bank, admin, seed=self.seed, only=mutant.only, methods=mutant.methods,
                                 stop_early="everything" not in known, known=known).wrong  # fmt: skip


def prove(
    arena: Arena, source: str, bank: Bank, *, seed: int, full: bool, say: Say, only: str = ""
) -> Verdict:
    """Plant every hole and return which were found; a quick run draws `SOME` in the database and as many in Python, from one of each family."""
    planter, verdict, began = Planter(arena, source, bank, seed=seed), Verdict(), time.monotonic()
    jobs: list[tuple[str, Callable[[], str]]] = []
    jobs += [(one.name, partial(planter.sql, one)) for one in _chosen(SQL_MUTANTS, full=full, seed=seed)]
    jobs += [(one.name, partial(planter.python, one)) for one in _chosen(PY_MUTANTS, full=full, seed=seed)]
    for name, ask in jobs:
        if only not in name:
            continue
        verdict.planted += 1
        start = time.monotonic()
        found = ask()
        if found:
            verdict.caught[name] = found
        else:
            verdict.missed.append(name)
        say(
            f"  P3 {'caught' if found else 'MISSED'} {time.monotonic() - start:4.1f} s  {name}: {found[:110]}"
        )
    arena.drop(CLONE)
    verdict.seconds = time.monotonic() - began
    return verdict


def _chosen(mutants: tuple[M, ...], *, full: bool, seed: int) -> list[M]:
    dice = random.Random(seed)  # noqa: S311  a test's dice
    return list(mutants) if full else dice.sample([one for one in mutants if one.quick], SOME)
