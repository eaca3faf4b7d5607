from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.test import override_settings

from jinlan.basics.errors import Refused
from jinlan.kernel.crypto import Sm4Gcm, decrypt, encrypt, header, match_hash, unveil, veil
from jinlan.kernel.keyring import key_id, keyring
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


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "vault.key").write_text((b"o" * 32).hex())
    with override_settings(JINLAN_KEYS=tmp_path):
        yield tmp_path


def test_an_earlier_key_still_opens_and_an_unknown_one_is_named(ring: Path) -> None:
    sealed = encrypt("x", **PLACE)
    assert sealed[2:6] == key_id(b"o" * 32)

    name = keyring().renew()

    later = encrypt("y", **PLACE)
    assert (later[2:6], list(keyring().all())) == (name, [name, key_id(b"o" * 32)])
    assert (decrypt(sealed, **PLACE), decrypt(later, **PLACE)) == ("x", "y")
    keyring().forget(key_id(b"o" * 32))
    assert sorted(path.name for path in ring.iterdir()) == ["vault.key"]
    with pytest.raises(Refused) as refusal:
        decrypt(sealed, **PLACE)
    assert refusal.value.code == "VAULT_KEY"


def test_another_process_sees_the_new_key_without_a_restart(ring: Path) -> None:
    encrypt("x", **PLACE)  # the key is known here now
    script = "import sys; from pathlib import Path; from jinlan.kernel.keyring import Keyring; print(Keyring(Path(sys.argv[1])).renew().hex())"
    done = subprocess.run(
        [sys.executable, "-c", script, str(ring)], capture_output=True, text=True, check=True
    )

    assert encrypt("x", **PLACE)[2:6].hex() == done.stdout.strip()


def test_a_data_key_seals_and_the_vaults_own_key_does_not_open_it(ring: Path) -> None:
    data = b"d" * 32
    sealed = encrypt("x", **PLACE, key=data)

    assert (decrypt(sealed, **PLACE, key=data), sealed[2:6]) == ("x", key_id(data))
    for key, code in ((None, "VAULT_KEY"), (b"e" * 32, "VAULT_DAMAGED")):
        with pytest.raises(Refused) as refusal:
            decrypt(sealed, **PLACE, key=key)
        assert refusal.value.code == code


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    cipher = Sm4Gcm(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    plain = b"".join(bytes([one]) * 8 for one in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    nonce, about = (
        bytes.fromhex("00001234567800000000ABCD"),
        bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"),
    )

    assert cipher.encrypt(nonce, plain, about) == sealed
    assert cipher.decrypt(nonce, sealed, about) == plain
    for changed in (sealed[:-1] + b"\0", b"\0" + sealed[1:], b"short"):
        with pytest.raises(InvalidTag):
            cipher.decrypt(nonce, changed, about)


def test_each_cipher_opens_what_the_other_sealed(ring: Path) -> None:
    aes = encrypt("张三", **PLACE)
    with override_settings(JINLAN_VAULT_CIPHER="sm4-gcm"):
        sm4 = encrypt("张三", **PLACE)
        assert (header()[:1], decrypt(aes, **PLACE)) == (b"\x02", "张三")

    assert (aes[1:2], sm4[1:2], decrypt(sm4, **PLACE)) == (b"\x01", b"\x02", "张三")
    with pytest.raises(Refused, match="移动"):
        decrypt(sm4, **PLACE | {"row": "elsewhere"})


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
