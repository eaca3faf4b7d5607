"""What a personal value looks like to eyes that need not see it: one layer for pages, exports, logs and the vault.

Source: JR/T 0171-2020 annex A; domain reference 09 §9.4.
"""

from __future__ import annotations

from collections.abc import Callable

HIDDEN = "***"
_FORMS = (
    "有限责任公司", "股份有限公司", "有限公司", "集团公司", "合伙企业", "事务所", "合作社", "基金会", "公司", "集团",
    "银行", "工厂", "中心", "学校", "医院", "大学", "协会", "厂", "店", "局", "院", "部", "社",
)  # fmt: skip
_SHORT = {"有限责任公司": "公司", "股份有限公司": "公司", "有限公司": "公司", "集团公司": "公司"}
_PERSON_LIMIT = 4  # longer Chinese names are organisations or foreign names


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def mask_person(name: str) -> str:
    """Keep the family name's first character: ``张三`` → ``张*``, ``欧阳娜娜`` → ``欧***``, ``John Smith`` → ``J***``."""
    name = name.strip()
    if not name:
        return ""
    if not _is_chinese(name):
        return name[0] + HIDDEN
    return name[0] + "*" * (min(len(name), _PERSON_LIMIT) - 1 or 1)


def mask_company(name: str) -> str:
    """Keep the first character and the legal form: ``华岳建设集团有限公司`` → ``华**公司``."""
    name = name.strip()
    if not name:
        return ""
    if not _is_chinese(name):
        return name[0] + HIDDEN
    form = next((form for form in _FORMS if name.endswith(form) and len(name) > len(form) + 1), "")
    return f"{name[0]}**{_SHORT.get(form, form)}"


def mask_name(name: str, *, person: bool) -> str:
    """Mask a party's name by its kind."""
    return mask_person(name) if person else mask_company(name)


def mask_phone(number: str) -> str:
    """``13812341234`` → ``138****1234``; shorter numbers keep their last two digits."""
    digits = "".join(letter for letter in number if letter.isalnum() or letter == "+")
    if len(digits) >= 11:
        return f"{digits[:-8]}****{digits[-4:]}"
    return "*" * max(len(digits) - 2, 1) + digits[-2:] if len(digits) > 4 else HIDDEN


def mask_id(number: str) -> str:
    """``11010519491231002X`` → ``110105********002X``; shorter numbers keep their first and last two characters."""
    text = number.strip()
    if len(text) >= 15:
        return text[:6] + "*" * (len(text) - 10) + text[-4:]
    return text[:2] + "*" * (len(text) - 4) + text[-2:] if len(text) > 6 else HIDDEN


def mask_account(number: str) -> str:
    """Keep the first six and last four of a card or account: ``6222021234561234`` → ``622202******1234``."""
    text = "".join(number.split())
    if len(text) >= 13:
        return text[:6] + "*" * (len(text) - 10) + text[-4:]
    return "*" * (len(text) - 4) + text[-4:] if len(text) > 6 else HIDDEN


def mask_address(address: str) -> str:
    """Keep province and city (the first six characters at most, never more than a third), hide the rest."""
    text = address.strip()
    return text[: min(6, len(text) // 3)] + "****" if text else ""


def mask_email(address: str) -> str:
    """``zhang.san@example.com`` → ``z***@example.com``."""
    name, at, host = address.strip().partition("@")
    return f"{name[:1]}***@{host}" if at else HIDDEN


def mask_hidden(value: str) -> str:
    """Hide a value whole."""
    return HIDDEN if value else ""


MASKS: dict[str, Callable[[str], str]] = {
    "none": str,
    "name": mask_person,
    "id": mask_id,
    "phone": mask_phone,
    "address": mask_address,
    "account": mask_account,
    "email": mask_email,
    "hidden": mask_hidden,
}


def mask(kind: str, value: str) -> str:
    """Mask a value by the mask kind of its field (`kernel.fields.Classified.mask`); unknown kinds hide it whole."""
    return MASKS.get(kind, mask_hidden)(value)
