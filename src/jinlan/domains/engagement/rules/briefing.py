"""What people may change about the brief of a meeting (会前要点): leave sentences out, and add their own; never reword what the system says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from jinlan.basics.errors import Refused

WHY, CHANGES, PROMISES, PEOPLE, FIGURES, RISKS, ASKS, QUESTIONS = PARTS = (
    "WHY", "CHANGES", "PROMISES", "PEOPLE", "FIGURES", "RISKS", "ASKS", "QUESTIONS",
)  # fmt: skip
OWN, SENTENCE, MARK, OUT = (
    5,
    200,
    120,
    100,
)  # own sentences of a part, characters of one, of a mark, marks left out
Own = Sequence[Mapping[str, str]]  # part, text, by


def check_own(own: Mapping[str, Sequence[str]]) -> None:
    """Refuse own sentences of an unknown part, too many of one, or one that is too long."""
    for part, texts in own.items():
        if part not in PARTS:
            raise Refused("BRIEF_PART", "会前要点没有 %(part)s 这一部分。", "请从列表中选择。", part=part)
        if len(texts) > OWN:
            raise Refused("BRIEF_OWN", "一部分最多补充 %(most)s 句。", "会前要点只放最要紧的。", most=OWN, field=f"own_{part}")  # fmt: skip
        if any(len(one) > SENTENCE for one in texts):
            raise Refused("TEXT_LONG", "文字超过 %(most)s 个字。", "请写得简短一些。", most=SENTENCE, field=f"own_{part}")  # fmt: skip


def check_out(marks: Sequence[str]) -> None:
    """Refuse marks that no brief made, or more than a brief holds."""
    if len(marks) > OUT or any(not one or len(one) > MARK for one in marks):
        raise Refused("BRIEF_OUT", "略去的句子无法识别。", "请刷新页面后再改。")


def owned(before: Own, own: Mapping[str, Sequence[str]], by: str) -> list[dict[str, str]]:
    """Return the own sentences to keep, each under the name of who wrote it first; the parts in their order, one text once a part."""
    wrote = {(one["part"], one["text"]): one["by"] for one in before}
    return [
        {"part": part, "text": text, "by": wrote.get((part, text), by)}
        for part in PARTS
        for text in _each(own.get(part, ()))
    ]


def _each(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(said for one in texts if (said := one.strip())))
