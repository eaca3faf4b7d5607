"""Identifiers with valid check digits that were never issued to anyone (domain 09 §9.1)."""

from __future__ import annotations

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RIC_CHECK = "10X98765432"


def _org_value(char: str) -> int:
    return int(char) if char.isdigit() else ord(char) - 55


def uscc(number: int, region: str) -> str:
    """Return a unified social credit code: 91, region, organisation code ``JL`` + 6 digits, checks."""
    body = f"JL{number:06d}"
    total = sum(weight * _org_value(char) for weight, char in zip(_ORG_WEIGHTS, body, strict=True))
    check = 11 - total % 11
    code = f"91{region}{body}{'X' if check == 10 else '0' if check == 11 else check}"
    weighted = sum(pow(3, place, 31) * _USCC.index(char) for place, char in enumerate(code))
    return code + _USCC[(31 - weighted % 31) % 31]


def resident_id(region: str, born: str, number: int, *, female: bool) -> str:
    """Return a resident ID with a valid check digit; its region is a whole province, as no real ID has."""
    body = f"{region[:2]}0000{born}{number % 500 * 2 + (0 if female else 1):03d}"
    total = sum(int(char) * pow(2, 17 - place, 11) for place, char in enumerate(body))
    return body + _RIC_CHECK[total % 11]


def lei(number: int) -> str:
    """Return a Legal Entity Identifier (ISO 17442) with the unassigned prefix ``JLB0``."""
    body = f"JLB000{number:012d}"
    digits = "".join(str(int(char, 36)) for char in body + "00")
    return f"{body}{98 - int(digits) % 97:02d}"


def account_mask(number: int) -> str:
    """Return the masked number of an account of the bank, unique per account."""
    return f"6222 {number // 10_000_000:02d}** **** {number // 1000 % 10_000:04d} {number % 1000:03d}"


def foreign_mask(number: int) -> str:
    """Return the masked number of an account at another bank; never equal to one of ours."""
    return f"6217 {number % 97:02d}** **** {number // 1000 % 10_000:04d} {number % 1000:03d}"
