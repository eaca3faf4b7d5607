"""Rows with an error: which rule each breaks, how many there are, and what a person gets to see of them."""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from jinlan.basics.codes import currency_hint
from jinlan.lake import engines
from jinlan.lake.engines import quoted
from jinlan.lake.extracts.layout import extract_columns
from jinlan.lake.loading.bench import Bench, Staged
from jinlan.lake.loading.findings import ERROR, Rule
from jinlan.lake.loading.masking import masked
from jinlan.lake.registry import Rejected

SHOWN_PER_RULE = 10_000  # quarantined values kept for reading, per rule; the counts are always complete
_KEY_LENGTH, _VALUE_LENGTH = 200, 200


class Quarantine:
    """The quarantined rows of one staged table. A row may break several rules and counts once."""

    def __init__(self, bench: Bench, staged: Staged) -> None:
        self.bench, self.staged = bench, staged
        self._rules: list[Rule] = []

    def add(self, rule: Rule, rows: str) -> int:
        """Quarantine the rows of a query (one column: ``_row``) and return how many there are."""
        index = self._index(rule)
        before = self._count()
        self.bench.run(f"INSERT INTO {self.staged.bad} SELECT *, {index} FROM ({rows})")
        return self._count() - before

    def add_rows(self, rule: Rule, rows: Sequence[int]) -> None:
        """Quarantine rows by number."""
        if rows:
            index = self._index(rule)
            data = pa.table(
                {"row": pa.array(rows, pa.int64()), "rule": pa.array([index] * len(rows), pa.int32())}
            )
            engines.append(self.bench.con, self.staged.bad, data)

    def sift(self, rules: Sequence[Rule]) -> None:
        """Quarantine every staged row for which the predicate of a rule is true, in one pass over the rows."""
        if not rules:
            return
        indices = [self._index(rule) for rule in rules]
        cases = ", ".join(
            f"CASE WHEN {rule.where} THEN {index} END" for rule, index in zip(rules, indices, strict=True)
        )
        any_of = " OR ".join(f"({rule.where})" for rule in rules)
        self.bench.run(
            f"INSERT INTO {self.staged.bad} SELECT _row, rule FROM (SELECT _row, unnest([{cases}]) AS rule"
            f" FROM {self.staged.name} WHERE {any_of}) WHERE rule IS NOT NULL"
        )

    def reclassify(self, old: Rule, new: Rule, rows: str) -> None:
        """Give the rows of a query that broke `old` the words of `new`."""
        index = self._index(new)
        self.bench.run(
            f"UPDATE {self.staged.bad} SET rule = {index} WHERE rule = {self._index(old)} AND row IN ({rows})"
        )

    def rows(self) -> int:
        """Return the number of rows with at least one error."""
        return int(str(self.bench.one(f"SELECT count(DISTINCT row) FROM {self.staged.bad}")[0]))

    def report(self) -> Iterator[Rejected]:
        """Note one check per broken rule and yield the quarantined values, personal ones masked."""
        found = self.bench.run(f"SELECT rule, count(*) FROM {self.staged.bad} GROUP BY rule")
        counts = {row[0]: int(str(row[1])) for row in found}
        for index, rule in enumerate(self._rules):
            if index in counts:
                detail = f"{rule.column}:{rule.reason}"
                self.bench.findings.add(
                    self.staged.table.name, ERROR, rule.code, counts[index], detail, rule.hint
                )
                yield from self._values(rule, index)

    def _values(self, rule: Rule, index: int) -> Iterator[Rejected]:
        table = self.staged.table
        keys = [table.by_name[name] for name in table.key]
        column = next(column for column in extract_columns(table) if column.name == rule.column)
        shown = f"_raw_{rule.column}" if rule.column in self.staged.raw else rule.column
        select = ", ".join(f"CAST(s.{quoted(key.name)} AS VARCHAR)" for key in keys)
        query = (
            f"SELECT s._row, CAST(s.{quoted(shown)} AS VARCHAR), {select} FROM {self.staged.name} s"
            f" SEMI JOIN (SELECT row FROM {self.staged.bad} WHERE rule = {index}) b ON b.row = s._row"
            f" ORDER BY s._row LIMIT {SHOWN_PER_RULE}"
        )
        for row, value, *parts in self.bench.run(query):
            key = "|".join(masked(part, text) for part, text in zip(keys, parts, strict=True))
            meant = currency_hint(str(value or "")) if rule.code == "CURRENCY" else ""
            hint = f"应为 {meant}" if meant else rule.hint
            yield Rejected(
                table.name, int(str(row)), key[:_KEY_LENGTH], rule.column, masked(column, value)[:_VALUE_LENGTH],
                rule.code, rule.reason, hint,
            )  # fmt: skip

    def _index(self, rule: Rule) -> int:
        if rule not in self._rules:
            self._rules.append(rule)
        return self._rules.index(rule)

    def _count(self) -> int:
        return int(str(self.bench.one(f"SELECT count(*) FROM {self.staged.bad}")[0]))
