"""An `Explanation` as text for a terminal, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from jinlan.insight.explain import Explanation, GateAnswer, LineAnswer, Reason
from jinlan.lake.features.catalog import MEASURES

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("{unit}({kind})在 {date} 的层级", "Tier of {unit} ({kind}) on {date}"),
    "effective": ("生效层级:{tier}(状态 {state}{since}{source})", "Effective tier: {tier} (state {state}{since}{source})"),
    "computed": ("当日测算:{tier}", "Computed on the day: {tier}"),
    "proposed": ("建议变更为:{tier}(待决定)", "Proposed: {tier} (awaiting a decision)"),
    "score": ("综合得分 {score},同类第 {rank}/{n} 名", "Score {score}, rank {rank} of {n} of its kind"),
    "no_score": ("综合得分无法计算:数据不完整", "No score: the data are incomplete"),
    "lines": ("层级线(值 / 准入线 / 退出线):", "Tier lines (value / entry / exit):"),
    "gates": ("准入门槛:", "Gates:"),
    "criteria": ("指标项(权重 × 得分 = 贡献;同类均分;差异):", "Criteria (weight × points = part; peers; difference):"),
    "for": ("主要支持理由:", "Strongest reasons for:"),
    "against": ("主要不利理由:", "Strongest reasons against:"),
    "members": ("成员 {n} 个:", "{n} members:"),
    "absent": ("全行缺数据、未计入:{codes}", "Not delivered by the bank, left out: {codes}"),
    "incomplete": ("本客户数据不完整、未计入:{codes}", "Incomplete for this client, left out: {codes}"),
    "override": ("人工调整:{tier},原因 {reason},至 {until}", "Override: {tier}, reason {reason}, until {until}"),
    "definition": ("标准版本 {version}({sha})", "Definition {version} ({sha})"),
    "none": ("无", "none"),
    "passed": ("通过", "passed"),
    "failed": ("未通过", "FAILED"),
    "unknown": ("无法判断,请人工核查", "unknown: to be checked by a person"),
    "peer": ("同类均值", "peers"),
    "in": ("在内", "in"),
    "out": ("在外", "out"),
    "disputed": ("来源不一致", "sources differ"),
    "since": (",自 {date}", ", since {date}"),
    "source": (",来源 {source}", ", source {source}"),
}  # fmt: skip


def render(answer: Explanation, language: str = "zh") -> str:
    """Return the explanation as lines of text; `language` is ``zh`` or ``en``."""
    return "\n".join(_Text(answer, language).lines())


def amount(value: str | None, measure: str, language: str = "zh") -> str:
    """Return a raw value for people: 1.84亿 / 184.36m, 12.3%, 8.1, a date."""
    if value is None:
        return "—"
    unit = MEASURES[measure].unit
    if unit == "money":
        return _money(Decimal(value), language)
    if unit == "ratio":
        return f"{Decimal(value) * 100:.1f}%"
    if unit == "years":
        return f"{Decimal(value):.1f}"
    return value


def _money(value: Decimal, language: str) -> str:
    steps = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")) if language == "zh" else (
        (Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))  # fmt: skip
    for size, word in steps:
        if abs(value) >= size:
            return f"{value / size:,.2f}{word}"
    return f"{value:,.2f}"


class _Text:
    def __init__(self, answer: Explanation, language: str) -> None:
        self.answer, self.language = answer, language
        self._place = 0 if language == "zh" else 1
        self._names = {line.tier: self._name(line) for line in answer.lines}

    def _name(self, item: LineAnswer | Reason | GateAnswer) -> str:
        return item.zh if self.language == "zh" else item.en

    def _say(self, key: str, **values: object) -> str:
        return _WORDS[key][self._place].format(**values)

    def _tier(self, code: str | None) -> str:
        return f"{self._names.get(code, code)} {code}" if code else self._say("none")

    def lines(self) -> Iterator[str]:
        """Yield the text line by line."""
        answer = self.answer
        yield self._say("title", unit=answer.unit_id, kind=answer.kind, date=answer.as_of)
        since = self._say("since", date=answer.tier_since) if answer.tier_since else ""
        source = self._say("source", source=answer.tier_source) if answer.tier_source else ""
        yield self._say(
            "effective",
            tier=self._tier(answer.effective_tier),
            state=answer.tier_state,
            since=since,
            source=source,
        )
        yield self._say("computed", tier=self._tier(answer.computed_tier))
        if answer.proposed_tier is not None:
            yield self._say("proposed", tier=self._tier(answer.proposed_tier))
        if answer.score is None:
            yield self._say("no_score")
        else:
            yield self._say("score", score=answer.score, rank=answer.rank, n=answer.rank_n)
        if answer.override:
            yield self._say("override", tier=self._tier(answer.override["tier"]), reason=answer.override["reason_code"],
                            until=answer.override["expires"])  # fmt: skip
        yield from self._reasons()
        yield from self._lines()
        yield from self._gates()
        yield from self._criteria()
        yield from self._members()
        version = answer.definition
        yield self._say("definition", version=version["version"], sha=version["sha256"][:12])

    def _reasons(self) -> Iterator[str]:
        by_code = {one.code: one for one in self.answer.criteria}
        for key, codes in (("for", self.answer.reasons_for), ("against", self.answer.reasons_against)):
            if codes:
                yield self._say(key)
            for code in codes:
                one = by_code[code]
                raw = amount(one.raw, one.measure, self.language)
                peer = amount(one.peer_raw, one.measure, self.language)
                yield f"  {one.reason:>7}  {self._name(one)} {raw} ({self._say('peer')} {peer})"

    def _lines(self) -> Iterator[str]:
        yield self._say("lines")
        for line in self.answer.lines:
            state = self._say("in" if line.inside else "out")
            value = "—" if line.value is None else line.value
            counts = f"↑{line.up}/{line.observe_up} ↓{line.down}/{line.observe_down}"
            gap = (
                ""
                if line.to_entry is None
                else f"  {Decimal(line.to_entry):+} / {Decimal(line.to_exit or 0):+}"
            )
            yield f"  {self._tier(line.tier)}  {line.on}: {value} / {line.entry} / {line.exit}{gap}  {state} {counts}"

    def _gates(self) -> Iterator[str]:
        yield self._say("gates")
        for gate in self.answer.gates:
            word = {True: "passed", False: "failed", None: "unknown"}[gate.passed]
            more = f" ({gate.value})" if gate.value else ""
            yield f"  {self._name(gate)}: {self._say(word)}{more}"

    def _criteria(self) -> Iterator[str]:
        yield self._say("criteria")
        for one in self.answer.criteria:
            raw = amount(one.raw, one.measure, self.language)
            tables = ", ".join(one.tables)
            if one.points is None:
                yield f"  {self._name(one)}: {one.state} {one.note} [{tables}]"
            else:
                yield (f"  {self._name(one)} {raw}: {one.weight} × {one.points} = {one.contribution}; "
                       f"{one.peer_points}; {one.reason} [{tables}]")  # fmt: skip
        for key, codes in (("absent", self.answer.absent), ("incomplete", self.answer.incomplete)):
            if codes:
                yield self._say(key, codes=", ".join(codes))

    def _members(self) -> Iterator[str]:
        yield self._say("members", n=len(self.answer.members))
        for member in self.answer.members:
            share = "" if member.share is None else f" {Decimal(member.share) * 100:.2f}%"
            under = f" ← {member.parent}{share}" if member.parent else ""
            doubt = f" [{self._say('disputed')}: " + ", ".join(
                f"{claim['source']}={claim['unit_id']}" for claim in member.claims) + "]" if member.disputed else ""  # fmt: skip
            yield f"  {member.party_id} {member.source}{under}{doubt}"
