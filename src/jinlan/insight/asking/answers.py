"""Answers about definitions: the clients of a date are read once and asked many times."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.insight.added import read
from jinlan.insight.asking.books import lines
from jinlan.insight.asking.questions import Books, DryRun, Weights
from jinlan.insight.consequence import absent, consequence, swayed
from jinlan.insight.definition import POINT, Definition
from jinlan.insight.dryrun import Judged, Stock, judge, sensitivity, stock_of
from jinlan.insight.parsing import parse
from jinlan.insight.score import Scorecard
from jinlan.insight.weights import entropy
from jinlan.lake import results
from jinlan.lake.reader.answers import Answerer, within
from jinlan.lake.reader.questions import Question

_FOLDER = re.compile(r"[A-Za-z0-9_-]{1,16}/results/run=\d+/as_of=\d{4}-\d{2}-\d{2}")
_STOCKS_KEPT = 3
_SAMPLE = 5000  # units whose spread gives the weights


class Shelf:
    """The stocks that were read last, for every worker of the reader: each is read once, whoever asks first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, str], Held] = OrderedDict()

    def held(self, folder: str, kind: str) -> Held:
        """Return a place on the shelf, empty at first."""
        with self._lock:
            found = self._held.setdefault((folder, kind), Held())
            self._held.move_to_end((folder, kind))
            while len(self._held) > _STOCKS_KEPT:
                self._held.popitem(last=False)
            return found


class Held:
    """A stock with what was judged on it last: the text in force is asked with every change of a draft."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stock: Stock | None = None
        self.mark = 0  # of the measures that were added
        self.about: Mapping[str, Mapping[str, str]] = {}
        self.judged: OrderedDict[str, Judged] = OrderedDict()

    def judge(self, definition: Definition, stock: Stock) -> Judged:
        """Judge by a definition, or return what it said before."""
        found = self.judged.get(definition.sha256)
        if found is None:
            found = judge(definition, stock)
            self.judged[definition.sha256] = found
            while len(self.judged) > _STOCKS_KEPT:
                self.judged.popitem(last=False)
        self.judged.move_to_end(definition.sha256)
        return found


class Studio(Answerer):
    """An answerer that knows definitions and statements, too."""

    def __init__(self, lake: Path, *, shelf: Shelf, memory_limit: str = "512MB", threads: int = 1) -> None:
        """Open nothing yet; `shelf` is shared with the other workers."""
        super().__init__(lake, memory_limit=memory_limit, threads=threads)
        self._root, self._shelf = lake, shelf

    def answer(self, question: Question) -> dict[str, Any]:
        """Return the answer as JSON values; raise `Refused` as an answerer, STUDIO_SCOPE, STUDIO_MEASURE, DEFINITION.*."""
        if isinstance(question, DryRun):
            return self._dry_run(question)
        if isinstance(question, Weights):
            return self._weights(question)
        if isinstance(question, Books):
            view = self._view(question.record)
            parties = within(view, question.last, question.parties, question.scope)
            return lines(view, parties, question.first, question.as_of, question.last)
        return super().answer(question)

    def _dry_run(self, question: DryRun) -> dict[str, Any]:
        base, tried = parse(question.base), parse(question.body)
        held, stock = self._stock(question)
        gone = absent(tried, stock.columns)
        if gone:
            raise Refused(
                "STUDIO_MEASURE",
                "这一天的结果里没有指标:%(codes)s。",
                "请先补算,或换一个日期。",
                codes=gone,
            )
        with held.lock:
            before, after = held.judge(base, stock), held.judge(tried, stock)
        if question.part == "sensitivity":
            return {"sways": swayed(sensitivity(after, stock))}
        margin = int(rule("TIER.CANDIDATE", question.as_of).value * 100)
        return consequence(before, after, stock, margin, held.about)

    def _weights(self, question: Weights) -> dict[str, Any]:
        """Return the weights by entropy of the points: they are benefits, never negative, and cut at the table's ends."""
        definition = parse(question.body)
        _held, stock = self._stock(question)
        card = Scorecard(definition, {one.measure: stock.columns[one.measure] for one in definition.criteria})
        rows = [row for row in zip(*card.points, strict=True) if None not in row]
        step = max(1, len(rows) // _SAMPLE)
        columns = [
            [Decimal(value or 0) / POINT for value in column] for column in zip(*rows[::step], strict=True)
        ]
        found, weights = entropy(columns)
        return {
            "units": len(rows[::step]),
            "weights": {
                one.code: str(weight) for one, weight in zip(definition.criteria, weights, strict=True)
            },
            "entropy": {
                one.code: f"{value:.4f}" for one, value in zip(definition.criteria, found, strict=True)
            },
        }

    def _stock(self, question: DryRun | Weights) -> tuple[Held, Stock]:
        """Return the clients of a date; they are all clients, so only who sees all of them may ask."""
        if not question.scope.all:
            raise Refused(
                "STUDIO_SCOPE", "测算涉及全行客户,只对看得到全行的岗位开放。", "请由战略客户部测算。"
            )
        if not _FOLDER.fullmatch(question.folder) or not question.folder.startswith(
            f"{question.record.entity}/"
        ):
            raise Refused("LAKE_QUESTION", "结果文件夹无效。")
        held = self._shelf.held(question.folder, question.kind)
        with held.lock:
            mark = results.added_mark(self._root, question.folder)
            if held.stock is None or held.mark != mark:
                held.mark = mark
                held.judged.clear()
                held.stock = stock_of(read(self._root, question.folder), question.kind)
                held.about = self._divided(question, held.stock)
            return held, held.stock

    def _divided(self, question: DryRun | Weights, stock: Stock) -> dict[str, dict[str, str]]:
        """Return industry and region of the clients' roots, as the bank's own table has them."""
        view = self._view(question.record)
        if not view.has("party"):
            return {}
        rows = view.state("party", question.as_of).select("party_id", "industry_code", "region_code")
        roots = {subject.root for subject in stock.subjects}
        found = view.connect().to_pyarrow(rows).to_pydict()
        columns = {"industry": found["industry_code"], "region": found["region_code"]}
        return {
            name: {
                party: code or ""
                for party, code in zip(found["party_id"], codes, strict=True)
                if party in roots
            }
            for name, codes in columns.items()
        }
