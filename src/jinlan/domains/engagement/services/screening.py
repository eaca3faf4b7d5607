"""Free text of this room is looked through before it is stored."""

from __future__ import annotations

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.screening import screen

NAMED = 5  # words that a refusal names


def refuse_terms(field: str, text: str) -> None:
    """Refuse a text that holds what may not be stored, naming the words.

    Raises:
        Refused: TEXT_TERMS.
    """
    found = list(dict.fromkeys(one.text for one in screen(text)))
    if found:
        raise Refused(
            "TEXT_TERMS", "这里不能记录：%(words)s。", "请删去健康、信仰、政见、私生活、证件号、卡号、手机号与密码，只写与业务有关的事实。",
            words=found[:NAMED], field=field,
        )  # fmt: skip


def refuse_terms_in(**texts: str) -> None:
    """Refuse the first of some texts, by field, that holds what may not be stored."""
    for field, text in texts.items():
        refuse_terms(field, text)
