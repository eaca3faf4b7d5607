"""Validators of identifiers: pure functions that return (ok, normalised, error code).

A checksum proves form, not existence. Error codes: EMPTY LENGTH FORM ALPHABET CHECKSUM BIRTH_DATE COUNTRY OBSOLETE.
Source: domain reference 09 §9.1 (GB 32100-2015, GB 11714-1997, GB 11643-1999, ISO 17442, 13616, 9362, 7812).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from jinlan.basics.codes import COUNTRIES

_DASHES = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
_STRIP = dict.fromkeys(map(ord, _DASHES))
_DIGITS36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_RESIDENT_CHECKS = "10X98765432"
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_UETR = re.compile(r"[0-9A-F]{8}[0-9A-F]{4}4[0-9A-F]{3}[89AB][0-9A-F]{3}[0-9A-F]{12}")
# Kosovo has BICs and IBANs under the user-assigned code XK.
_PAYMENT_COUNTRIES = COUNTRIES | {"XK"}
_IBANS = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18
    DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27
    JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23
    PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29
    VA22 VG24 XK20 YE30
"""
_IBAN_LENGTHS = {word[:2]: int(word[2:]) for word in _IBANS.split()}


class Checked(NamedTuple):
    """The answer of a validator; `error` is "" when `ok`."""

    ok: bool
    normalised: str
    error: str = ""


def normalise(text: str) -> str:
    """Fold full width to half width (NFKC), drop spaces and hyphens, write upper case."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(folded.split()).translate(_STRIP).upper()


def _shape(text: str, length: int, alphabet: str) -> Checked:
    value = normalise(text)
    if not value:
        return Checked(False, value, "EMPTY")
    if len(value) != length:
        return Checked(False, value, "LENGTH")
    if any(letter not in alphabet for letter in value):
        return Checked(False, value, "ALPHABET")
    return Checked(True, value)


def _require(condition: bool, value: str, error: str) -> Checked:
    return Checked(True, value) if condition else Checked(False, value, error)


def uscc_check(first17: str) -> str:
    """Return the check character of the first 17 characters of a USCC."""
    total = sum(
        USCC_ALPHABET.index(letter) * weight for letter, weight in zip(first17, _USCC_WEIGHTS, strict=True)
    )
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc(text: str) -> Checked:
    """Check a unified social credit code (统一社会信用代码), 18 characters."""
    shaped = _shape(text, 18, USCC_ALPHABET)
    if not shaped.ok:
        return shaped
    value = shaped.normalised
    if not value[2:8].isdigit():
        return Checked(False, value, "FORM")
    return _require(uscc_check(value[:17]) == value[17], value, "CHECKSUM")


def org_code_check(first8: str) -> str:
    """Return the check character of an organisation code: 10 reads X, 11 reads 0."""
    total = sum(_DIGITS36.index(letter) * weight for letter, weight in zip(first8, _ORG_WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def org_code(text: str) -> Checked:
    """Check an organisation code (组织机构代码), 9 characters: positions 9–17 of a USCC."""
    shaped = _shape(text, 9, _DIGITS36)
    if not shaped.ok:
        return shaped
    value = shaped.normalised
    return _require(org_code_check(value[:8]) == value[8], value, "CHECKSUM")


def resident_id_check(first17: str) -> str:
    """Return the check character of the first 17 digits of a resident ID."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def _birth(value: str) -> date | None:
    try:
        return date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return None


def resident_id(text: str, *, as_of: date | None = None) -> Checked:
    """Check a resident ID (居民身份证), 18 characters, also 81/82/83 and 9… permits of the same form.

    A 15-digit number is OBSOLETE: `normalised` then holds its 18-character form for comparison only.
    With `as_of` a birth date after it is refused.
    """
    value = normalise(text)
    if len(value) == 15 and value.isdigit():
        first17 = f"{value[:6]}19{value[6:]}"
        return Checked(False, first17 + resident_id_check(first17), "OBSOLETE")
    shaped = _shape(text, 18, "0123456789X")
    if not shaped.ok:
        return shaped
    if not value[:17].isdigit():
        return Checked(False, value, "FORM")
    born = _birth(value)
    if born is None or born.year < 1850 or (as_of is not None and born > as_of):
        return Checked(False, value, "BIRTH_DATE")
    return _require(resident_id_check(value[:17]) == value[17], value, "CHECKSUM")


def resident_birth(value: str) -> date | None:
    """Return the birth date inside an 18-character resident ID, None when it is no date."""
    return _birth(normalise(value))


def resident_gender(value: str) -> str:
    """Return F or M from the 17th digit of a resident ID (even = female)."""
    return "F" if int(normalise(value)[16]) % 2 == 0 else "M"


def _mod97(value: str) -> int:
    return int("".join(str(_DIGITS36.index(letter)) for letter in value)) % 97


def lei(text: str) -> Checked:
    """Check a legal entity identifier, 18 characters + 2 digits, ISO 7064 mod 97-10."""
    shaped = _shape(text, 20, _DIGITS36)
    if not shaped.ok:
        return shaped
    value = shaped.normalised
    if not value[18:].isdigit():
        return Checked(False, value, "FORM")
    return _require(_mod97(value) == 1, value, "CHECKSUM")


def iban(text: str) -> Checked:
    """Check an IBAN: country, length by country, mod 97. China has none, so CN answers COUNTRY."""
    value = normalise(text)
    if not value:
        return Checked(False, value, "EMPTY")
    length = _IBAN_LENGTHS.get(value[:2])
    if length is None:
        return Checked(False, value, "COUNTRY")
    shaped = _shape(text, length, _DIGITS36)
    if not shaped.ok:
        return shaped
    if not value[2:4].isdigit():
        return Checked(False, value, "FORM")
    return _require(_mod97(value[4:] + value[:4]) == 1, value, "CHECKSUM")


def bic(text: str) -> Checked:
    """Check a BIC (8 or 11 characters) whose country exists."""
    value = normalise(text)
    if not value:
        return Checked(False, value, "EMPTY")
    if not _BIC.fullmatch(value):
        return Checked(False, value, "FORM" if len(value) in (8, 11) else "LENGTH")
    return _require(value[4:6] in _PAYMENT_COUNTRIES, value, "COUNTRY")


def cnaps(text: str) -> Checked:
    """Check the form of a CNAPS number (联行号), 12 digits; whether it exists is a directory's business."""
    return _shape(text, 12, "0123456789")


def luhn_digit(number: str) -> str:
    """Return the Luhn check digit of a number without it."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number))]
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def bank_card(text: str) -> Checked:
    """Check a bank card number: 13–19 digits with a Luhn digit (ISO/IEC 7812)."""
    value = normalise(text)
    if not value:
        return Checked(False, value, "EMPTY")
    if not value.isdigit() or not value.isascii():
        return Checked(False, value, "ALPHABET")
    if not 13 <= len(value) <= 19:
        return Checked(False, value, "LENGTH")
    return _require(luhn_digit(value[:-1]) == value[-1], value, "CHECKSUM")


def uetr(text: str) -> Checked:
    """Check a UETR: a UUID version 4; normalised to lower case with hyphens, as ISO 20022 writes it."""
    value = normalise(text)
    if not value:
        return Checked(False, value, "EMPTY")
    if len(value) != 32:
        return Checked(False, value, "LENGTH")
    if not _UETR.fullmatch(value):
        return Checked(False, value, "FORM")
    low = value.lower()
    return Checked(True, f"{low[:8]}-{low[8:12]}-{low[12:16]}-{low[16:20]}-{low[20:]}")
