from __future__ import annotations

import base64

import pytest
from django.test import override_settings

from jinlan.basics.errors import Refused
from jinlan.kernel.crypto import decrypt, encrypt, key_id, match_hash, unveil, veil
from jinlan.lake.tokens import token

PLACE = {"table": "clients_partyidentity", "column": "value", "row": "JLB|P1|MOBILE"}


def test_a_value_opens_at_its_place_only() -> None:
    sealed = encrypt("13812341234", **PLACE)

    assert b"1381234" not in sealed
    assert decrypt(sealed, **PLACE) == "13812341234"
    for part in PLACE:
        with pytest.raises(Refused, match="移动"):
            decrypt(sealed, **PLACE | {part: "elsewhere"})


def test_two_sealings_of_one_value_differ() -> None:
    assert encrypt("张三", **PLACE) != encrypt("张三", **PLACE)


@pytest.mark.parametrize("place", [0, 1, 10, 20, -1])
def test_a_changed_byte_is_found(place: int) -> None:
    sealed = bytearray(encrypt("13812341234", **PLACE))
    sealed[place] ^= 1

    with pytest.raises(Refused) as refusal:
        decrypt(bytes(sealed), **PLACE)
    assert refusal.value.code == "VAULT_DAMAGED"


def test_an_old_key_still_opens_and_an_unknown_one_is_named() -> None:
    old, new = b"o" * 32, b"n" * 32
    with override_settings(JINLAN_VAULT_KEY=old):
        sealed = encrypt("x", **PLACE)
    assert sealed[2:6] == key_id(old)

    with override_settings(JINLAN_VAULT_KEY=new, JINLAN_VAULT_OLD_KEYS=(old,)):
        assert decrypt(sealed, **PLACE) == "x"
    with override_settings(JINLAN_VAULT_KEY=new), pytest.raises(Refused) as refusal:
        decrypt(sealed, **PLACE)
    assert refusal.value.code == "VAULT_KEY"


def test_the_match_hash_meets_the_lakes_token() -> None:
    key = b"k" * 32
    with override_settings(JINLAN_HASH_KEY=key):
        assert match_hash("６222 02-12") == match_hash("62220212") == token(key, "62220212")


def test_what_stands_in_an_address_is_read_by_nobody_and_opens_for_its_purpose_only() -> None:
    veiled = veil('["zhangsan",7]', "cursor")

    assert (veiled, unveil(veiled, "cursor")) == (veil('["zhangsan",7]', "cursor"), '["zhangsan",7]')
    assert b"zhangsan" not in base64.urlsafe_b64decode(veiled + "==")
    assert unveil(veiled, "other") is None
    assert [unveil(text, "cursor") for text in ("", "W10", "é", "\0", veiled[:-2] + "AA", "x" + veiled)] == [
        None
    ] * 6
