"""Identifiers: the worked examples of 09 §9.1, and agreement with an independent implementation."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum import lei as stdnum_lei
from stdnum import luhn as stdnum_luhn
from stdnum.cn import ric as stdnum_ric
from stdnum.cn import uscc as stdnum_uscc

from jinlan.basics import identifiers as ids


def test_the_unified_social_credit_code_of_the_reference() -> None:
    assert ids.uscc("91330100799655058B") == (True, "91330100799655058B", "")
    assert ids.uscc("91330100799655058C") == (False, "91330100799655058C", "CHECKSUM")
    assert ids.uscc("91330100O99655058B") == (False, "91330100O99655058B", "ALPHABET")
    assert ids.org_code("79965505-8") == (True, "799655058", "")
    assert ids.org_code("799655059").error == "CHECKSUM"


def test_the_resident_id_of_the_reference() -> None:
    assert ids.resident_id("11010519491231002X") == (True, "11010519491231002X", "")
    assert ids.resident_id("110105194912310021") == (False, "110105194912310021", "CHECKSUM")
    assert ids.resident_birth("11010519491231002X") == date(1949, 12, 31)
    assert ids.resident_gender("11010519491231002X") == "F"


def test_an_impossible_birth_date_fails_even_when_the_check_digit_fits() -> None:
    first17 = "11010519490231002"

    assert ids.resident_id(first17 + ids.resident_id_check(first17)).error == "BIRTH_DATE"


def test_a_birth_date_after_the_data_date_fails() -> None:
    assert ids.resident_id("11010519491231002X", as_of=date(1949, 12, 30)).error == "BIRTH_DATE"
    assert ids.resident_id("11010519491231002X", as_of=date(1949, 12, 31)).ok


def test_a_fifteen_digit_resident_id_is_obsolete_but_comparable() -> None:
    assert ids.resident_id("110105491231002") == (False, "11010519491231002X", "OBSOLETE")


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000", "911000"])
def test_permits_of_the_same_form_pass(prefix: str) -> None:
    first17 = f"{prefix}19900101001"

    assert ids.resident_id(first17 + ids.resident_id_check(first17)).ok


def test_the_international_identifiers_of_the_reference() -> None:
    assert ids.lei("5493001KJTIIGC8Y1R12").ok
    assert ids.lei("5493001KJTIIGC8Y1R13").error == "CHECKSUM"
    assert ids.iban("GB82 WEST 1234 5698 7654 32") == (True, "GB82WEST12345698765432", "")
    assert ids.iban("CN82WEST12345698765432").error == "COUNTRY"
    assert ids.iban("GB82WEST1234569876543").error == "LENGTH"
    assert ids.bic("ICBKCNBJ") == (True, "ICBKCNBJ", "")
    assert ids.bic("ICBKQQBJ").error == "COUNTRY"
    assert ids.bic("ICBKCNBJX").error == "LENGTH"


def test_luhn_of_the_reference_is_8() -> None:
    assert ids.luhn_digit("622202123456789012") == "8"
    assert ids.bank_card("6222021234567890128").ok
    assert ids.bank_card("6222021234567890127").error == "CHECKSUM"
    assert ids.bank_card("622202123456").error == "LENGTH"


def test_normalising_folds_width_spaces_hyphens_and_case() -> None:
    assert ids.uscc(" ９１３３０１００-7996 55058b ").normalised == "91330100799655058B"
    assert ids.bic("").error == "EMPTY"


def test_a_uetr_is_a_uuid_of_version_4() -> None:
    uetr = uuid4()

    assert ids.uetr(str(uetr).upper()) == (True, str(uetr), "")
    assert ids.uetr(str(UUID(int=uetr.int ^ (1 << 76)))).error == "FORM"


def test_a_cnaps_number_has_twelve_digits() -> None:
    assert ids.cnaps("102100099996").ok
    assert ids.cnaps("10210009999").error == "LENGTH"


@given(st.text("0123456789", min_size=8, max_size=8), st.text(ids.USCC_ALPHABET, min_size=10, max_size=10))
def test_usccs_agree_with_python_stdnum(head: str, tail: str) -> None:
    value = head + tail  # python-stdnum knows no letter in the department and type, though the standard does
    completed = value[:17] + ids.uscc_check(value[:17])

    assert ids.uscc(completed).ok == stdnum_uscc.is_valid(completed)
    assert not (ids.uscc(value).ok and not stdnum_uscc.is_valid(value))


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 999))
def test_resident_ids_agree_with_python_stdnum(born: date, sequence: int) -> None:
    first17 = f"110105{born:%Y%m%d}{sequence:03d}"
    value = first17 + ids.resident_id_check(first17)

    assert ids.resident_id(value).ok
    assert stdnum_ric.calc_check_digit(value) == value[17]


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18), st.integers(0, 99))
def test_leis_and_ibans_agree_with_python_stdnum(stem: str, check: int) -> None:
    assert ids.lei(f"{stem}{check:02d}").ok == stdnum_lei.is_valid(f"{stem}{check:02d}")
    british = f"GB{check:02d}WEST12345698765432"
    assert ids.iban(british).ok == stdnum_iban.is_valid(british, check_country=False)


@given(st.text("0123456789", min_size=12, max_size=18))
def test_luhn_agrees_with_python_stdnum(number: str) -> None:
    assert ids.luhn_digit(number) == stdnum_luhn.calc_check_digit(number)
