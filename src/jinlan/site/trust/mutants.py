"""P3: plants one hole at a time in a clone of the bank and asks whether P1 or P2 finds it. All must be found."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from jinlan.site.trust import probing, rls
from jinlan.site.trust.arena import Admin, Arena, connected, statement
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.py_mutants import PY_MUTANTS, PyMutant
from jinlan.site.trust.sql_mutants import SQL_MUTANTS, SqlMutant

CLONE = "trust_mutant"
SOME = 4
Say = Callable[[str], None]
M = TypeVar("M", PyMutant, SqlMutant)
Faults = probing.Verdict | rls.Verdict


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
        self.known: dict[object, tuple[int, frozenset[str]]] = {}

    def sql(self, mutant: SqlMutant) -> str:
        """Return what P2 said first about a hole in the database, "" when it found nothing."""

        def planted(known: frozenset[str]) -> Faults:
            try:
                with self._copied() as admin:
                    mutant.plant(admin)
                    return rls.prove(self.bank, admin, stop_early=True, known=known)
            finally:
                if mutant.undo:
                    with self.arena.planting("postgres") as admin:
                        admin.execute(statement(mutant.undo))

        def clean(most: int) -> Faults:
            with self._copied() as admin:
                return rls.prove(self.bank, admin, most=most)

        return self._caught("sql", planted, clean)

    def python(self, mutant: PyMutant) -> str:
        """Return what P1 said first about a hole in Python, "" when it found nothing."""
        only, methods = mutant.only, mutant.methods

        def planted(known: frozenset[str]) -> Faults:
            with self._copied() as admin, mutant.plant(self.bank):
                return probing.prove(
                    self.bank, admin, seed=self.seed, only=only, methods=methods, stop_early=True, known=known
                )

        def clean(most: int) -> Faults:
            with self._copied() as admin:
                return probing.prove(self.bank, admin, seed=self.seed, only=only, methods=methods, most=most)

        return self._caught((only, methods), planted, clean)

    def _caught(
        self, aim: object, planted: Callable[[frozenset[str]], Faults], clean: Callable[[int], Faults]
    ) -> str:
        """Ask with the hole until something is wrong, then as many people without it: what is wrong then too must not pass for a catch."""
        known = frozenset[str]()
        while True:
            found = planted(known)
            fresh = [one for one in found.wrong if one not in self._wrong(aim, found.people, clean)]
            if fresh or not found.wrong:
                return fresh[0] if fresh else ""
            known |= frozenset(found.wrong)

    def _wrong(self, aim: object, people: int, clean: Callable[[int], Faults]) -> frozenset[str]:
        """Return what is wrong for the first so many people without any hole."""
        asked, known = self.known.get(aim, (-1, frozenset()))
        if people > asked:
            known = frozenset(clean(people).wrong)
            self.known[aim] = people, known
        return known

    @contextmanager
    def _copied(self) -> Iterator[Admin]:
        """Work on a fresh copy of the bank."""
        self.arena.clone(self.clone, self.source)
        with connected(self.clone), self.arena.planting(self.clone) as admin:
            yield admin


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
