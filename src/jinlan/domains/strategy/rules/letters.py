"""What the client is told of a step of his tier: a letter, or points for a talk; facts only, and nothing about gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Language = str  # zh or en


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of a letter, in words of its language; `by` is who decided, "" for nobody to be named."""

    client: str
    before: str
    after: str
    since: str
    by: str
    bank: str


LETTERS: Mapping[tuple[str, str], Mapping[Language, str]] = {
    ("letter", "up"): {
        "zh": "尊敬的 {client}：\n\n感谢贵方长期以来的信任与支持。自 {since} 起，贵方在本行的客户层级为“{after}”。\n"
        "您的客户经理将与您联系，说明相应的服务安排。\n\n{bank}\n{since}",
        "en": "Dear {client},\n\nThank you for your trust and your business over the years. As of {since}, you belong to our client tier "
        "“{after}”.\nYour relationship manager will contact you about the services that go with it.\n\n{bank}\n{since}",
    },
    ("letter", "reinstated"): {
        "zh": "尊敬的 {client}：\n\n自 {since} 起，贵方在本行的客户层级恢复为“{after}”，相应的服务安排随之恢复。\n"
        "如有疑问，请联系您的客户经理。\n\n{bank}\n{since}",
        "en": "Dear {client},\n\nAs of {since}, your client tier “{after}” with us is in place again, with the services that go with it."
        "\nYour relationship manager will be glad to answer questions.\n\n{bank}\n{since}",
    },
    ("talk", "down"): {
        "zh": "沟通要点（客户经理用，不发送）\n\n一、事实：自 {since} 起，{client} 的客户层级由“{before}”调整为“{after}”。\n"
        "二、说明：层级按综合贡献与合作广度定期评估，达到准入线后可以重新申请上调。\n"
        "三、服务：说明哪些服务不变、哪些会变化，以及从何时起。\n四、倾听：记录客户的计划与顾虑，约定下一次沟通的时间。",
        "en": "Points for the talk (for the relationship manager, not to be sent)\n\n1. The fact: as of {since}, the tier of {client} changes "
        "from “{before}” to “{after}”.\n2. Why: tiers are reviewed regularly on overall contribution and breadth of the relationship; a "
        "client that reaches the entry line can rise again.\n3. Services: say what stays, what changes, and from when.\n"
        "4. Listen: note the client's plans and concerns, and agree on the next talk.",
    },
    ("talk", "retained"): {
        "zh": "沟通要点（客户经理用，不发送）\n\n一、事实：经审议，{client} 保留“{after}”层级。\n"
        "二、观察：综合评估仍在观察之中，请与客户商定可以改善的合作领域。\n三、跟进：约定下一次沟通的时间，并记录结果。",
        "en": "Points for the talk (for the relationship manager, not to be sent)\n\n1. The fact: {client} keeps the tier “{after}”.\n"
        "2. Under observation: the assessment continues; agree with the client where the relationship can grow.\n"
        "3. Next: agree on the next talk and record what comes of it.",
    },
    ("talk", "suspended"): {
        "zh": "沟通要点（客户经理用，不发送）\n\n一、事实：自 {since} 起，{client} 的“{before}”层级暂停，所附服务随之暂停。\n"
        "二、下一步：按分工跟进；条件满足后层级恢复。\n三、边界：不承诺恢复的时间，不讨论内部评估。",
        "en": "Points for the talk (for the relationship manager, not to be sent)\n\n1. The fact: as of {since}, the tier “{before}” of {client} "
        "is suspended, and with it the services that go with it.\n2. Next: follow up as assigned; the tier returns when the conditions "
        "are met.\n3. Limits: promise no date, and do not discuss internal assessments.",
    },
}  # fmt: skip


def letter(kind: str, step: str, language: Language, told: Told) -> str:
    """Return the text, "" where the client is told nothing."""
    texts = LETTERS.get((kind, step))
    if texts is None:
        return ""
    facts = {name: getattr(told, name) for name in told.__slots__}
    return texts["en" if language.startswith("en") else "zh"].format(**facts)
