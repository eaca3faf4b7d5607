"""New keys for the vault, over everything that is sealed: clients' data keys and identifiers, counterparties, second factors, webhooks, principals."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import override_settings

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.clients import vault
from jinlan.clients.models import CounterpartyIdentity, Party, PartyIdentity, PartyKey
from jinlan.clients.tests.test_directory import a_directory
from jinlan.clients.tests.test_vault import BROUGHT
from jinlan.kernel import otp
from jinlan.kernel.keyring import key_id, keyring
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.outbox import Webhook
from jinlan.kernel.scope import scoped
from jinlan.kernel.sealed import sealed_field
from jinlan.kernel.testing import a_person, an_actor, writing
from jinlan.kernel.webhooks import SECRET, add_webhook
from jinlan.portal.models import PortalPrincipal
from jinlan.site import vaultkeys

pytestmark = pytest.mark.usefixtures("database")
EMAIL = sealed_field(PortalPrincipal, "email")
OLD = key_id(b"o" * 32)
FIELDS = [
    "clients_counterpartyidentity.value", "clients_partyidentity.value", "clients_partykey.sealed", "engagement_attachmentcontent.key",
    "kernel_secondfactor.secret", "kernel_webhook.secret", "portal_portalprincipal.email",
]  # fmt: skip


@pytest.fixture(autouse=True)
def ring(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "vault.key").write_text((b"o" * 32).hex())
    with override_settings(JINLAN_KEYS=tmp_path):
        yield tmp_path


@pytest.fixture
def filled() -> Any:
    """Seal something everywhere; return the person with a second factor."""
    with writing():
        a_directory()
        vault.store("JLB", vault.facts_of(BROUGHT))
        names = [{"counterparty_account_masked_hash": "f" * 64, "counterparty_name": "赵六"}]
        vault.store_counterparties("JLB", names)
        key = uuid7()
        email = EMAIL.seal("qian@jia.example", str(key))
        principal = PortalPrincipal(entity="JLB", public_id=key, party=Party.objects.first(), name="钱宁", email=email, match_hash="q", made_at=now_utc())  # fmt: skip
        PortalPrincipal.objects.bulk_create([principal])
    person = a_person("", "system_admin")
    otp.begin(person, now_utc())
    add_webhook(
        actor=an_actor(person),
        name="数据平台",
        url="https://hooks.bank.example/x",
        verbs="work.",
        secret="s" * 32,
    )
    return person


@pytest.fixture(autouse=True)
def hosts() -> Iterator[None]:
    with override_settings(JINLAN_OUTGOING_HOSTS=frozenset({"hooks.bank.example"})):
        yield


def everything(person: Any) -> list[str]:
    with writing():
        values = sorted(vault.VALUE.open(row) for row in PartyIdentity.objects.all())
        values += [vault.COUNTERPARTY.open(row) for row in CounterpartyIdentity.objects.all()]
        values += [SECRET.open(row) for row in Webhook.objects.all()]
    values += [EMAIL.open(row) for row in PortalPrincipal.door.all()]
    return [*values, otp.waiting_key(person)]


def counts() -> dict[str, tuple[int, int]]:
    return {one.name: (one.values, one.waiting) for one in vaultkeys.standing()}


def test_a_new_key_seals_everything_anew_and_the_old_one_may_go(filled: Any, ring: Path) -> None:
    before, told = everything(filled), list[tuple[str, int]]()
    assert counts() == dict(
        zip(FIELDS, [(1, 0), (6, 0), (2, 0), (0, 0), (1, 0), (1, 0), (1, 0)], strict=True)
    )
    with writing():
        identities = list(PartyIdentity.objects.order_by("id").values_list("value", flat=True))

    name = vaultkeys.rotate(lambda field, count: told.append((field, count)), batch=1)

    # Identifiers lie under their clients' data keys: those are sealed anew, the identifiers stay as they are.
    assert sorted(told) == [
        ("clients_counterpartyidentity.value", 1), ("clients_partykey.sealed", 1), ("clients_partykey.sealed", 1),
        ("kernel_secondfactor.secret", 1), ("kernel_webhook.secret", 1), ("portal_portalprincipal.email", 1),
    ]  # fmt: skip
    with writing():
        assert list(PartyIdentity.objects.order_by("id").values_list("value", flat=True)) == identities
    assert counts() == dict(
        zip(FIELDS, [(1, 0), (6, 0), (2, 0), (0, 0), (1, 0), (1, 0), (1, 0)], strict=True)
    )
    assert list(keyring().all()) == [name, OLD]
    vaultkeys.forget(OLD)
    assert list(keyring().all()) == [name]
    assert everything(filled) == before
    with scoped(an_actor(a_person("", "auditor"))):
        verbs = (
            AuditEntry.objects.filter(object_type="vault_key").order_by("id").values_list("verb", "object_id")
        )
        assert list(verbs) == [
            ("kernel.vault_key_made", name.hex()), ("kernel.vault_sealed_anew", name.hex()), ("kernel.vault_key_forgotten", OLD.hex()),
        ]  # fmt: skip


def test_values_of_before_the_data_keys_get_under_one(filled: Any) -> None:
    before = everything(filled)
    with writing():
        for row in PartyIdentity.objects.all():
            sealed = vault.VALUE.seal(vault.VALUE.open(row), vault.VALUE.place(row))
            PartyIdentity.objects.filter(pk=row.pk).update(value=sealed)
        PartyKey.objects.all().delete()
    assert everything(filled) == before
    assert counts()["clients_partyidentity.value"] == (6, 6)

    vaultkeys.rotate(lambda field, count: None)  # an unfinished round: no new key

    assert list(keyring().all()) == [OLD]
    assert (counts()["clients_partyidentity.value"], counts()["clients_partykey.sealed"]) == ((6, 0), (2, 0))
    assert everything(filled) == before


def test_another_cipher_seals_everything_anew(filled: Any) -> None:
    before = everything(filled)
    with override_settings(JINLAN_VAULT_CIPHER="sm4-gcm"):
        assert counts()["clients_partyidentity.value"] == (6, 6)
        vaultkeys.rotate(lambda field, count: None)
        assert sum(left for _all, left in counts().values()) == 0
        with writing():
            assert {bytes(value)[1:2] for value in PartyIdentity.objects.values_list("value", flat=True)} == {
                b"\x02"
            }
    assert everything(filled) == before


def test_a_key_that_is_needed_stays(filled: Any) -> None:
    before = everything(filled)
    for name, code in ((OLD, "VAULT_CURRENT"), (b"none", "VAULT_ABSENT")):
        with pytest.raises(Refused) as refusal:
            vaultkeys.forget(name)
        assert refusal.value.code == code
    keyring().renew()

    with pytest.raises(Refused) as refusal:
        vaultkeys.forget(OLD)
    assert refusal.value.code == "VAULT_NEEDED"
    assert everything(filled) == before


def test_a_load_that_began_before_the_new_key_keeps_the_old_one(filled: Any) -> None:
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url) as load:
        load.execute("select 1")  # its transaction is open: what it seals is not to be seen yet
        name = vaultkeys.rotate(lambda field, count: None)
        with pytest.raises(Refused) as refusal:
            vaultkeys.forget(OLD)
        assert refusal.value.code == "VAULT_BUSY"
        load.rollback()
    vaultkeys.forget(OLD)
    assert list(keyring().all()) == [name]


def test_one_client_is_erased_by_his_key_wherever_his_values_lie(filled: Any) -> None:
    with writing():
        copies = list(PartyIdentity.objects.filter(party__code="P3").order_by("id"))  # as a backup holds them
        other = PartyIdentity.objects.get(party__code="P1")
        vault.erase("JLB", [("P3", "ERASE")])

        for row in copies:
            with pytest.raises(Refused) as refusal:
                vault.VALUE.open(row)
            assert refusal.value.code == "VAULT_KEY"
        assert vault.VALUE.open(other) == "王五"
        assert list(PartyKey.objects.values_list("party__code", flat=True)) == ["P1"]


def test_a_round_that_is_killed_goes_on_where_it_was(filled: Any, database_name: str) -> None:
    """Twelve kills at any moment of a round that seals 400 clients' keys, two at a time; the sixth round ends."""
    with writing():
        branch = Party.objects.get(code="P1").branch
        parties = Party.objects.bulk_create(
            [
                Party(
                    entity="JLB",
                    code=f"K{n}",
                    party_type="ORG",
                    domain=1,
                    branch=branch,
                    status="ACTIVE",
                    name=f"K{n}",
                )
                for n in range(400)
            ]
        )
        facts = [vault.Fact(party.code, "MOBILE", f"139{party.pk:08}") for party in parties]
        assert vault.store("JLB", facts) == 400
    before, dice, killed = everything(filled), random.Random(7), 0
    for _round in range(12):
        connections.close_all()
        child = os.fork()
        if child == 0:
            vaultkeys.rotate(lambda field, count: None, batch=2)
            os._exit(0)
        time.sleep(dice.uniform(0.01, 0.25))  # when it dies is what the dice say
        os.kill(child, signal.SIGKILL)
        killed += os.waitpid(child, 0)[1] == signal.SIGKILL
        assert everything(filled) == before
    vaultkeys.rotate(lambda field, count: None)
    if len(keyring().all()) > 1:
        for name in list(keyring().all())[1:]:
            vaultkeys.forget(name)

    assert killed >= 6
    assert sum(left for _all, left in counts().values()) == 0
    assert everything(filled) == before
