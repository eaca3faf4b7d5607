from __future__ import annotations

import pytest

from jinlan.clients import vault
from jinlan.clients.directory import sync_parties
from jinlan.clients.models import CounterpartyIdentity, Party, PartyIdentity, PartyKey, Unit
from jinlan.clients.register import sync_units
from jinlan.clients.tests.test_directory import a_directory, member, party, unit
from jinlan.kernel.crypto import match_hash
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import a_person, an_actor, writing

pytestmark = pytest.mark.usefixtures("database")
BROUGHT = {
    "party": [
        {"party_id": "P3", "id_no": "11010519900101123X", "id_no_hash": "a" * 64, "birth_or_incorp_date": "1990-01-01", "gender": "F"}
    ],
    "party_contact_point": [{"party_id": "P3", "type": "MOBILE", "value": "13812341234", "value_hash": "b" * 64}],
    "account": [
        {"party_id": "P3", "account_id": "A1", "account_no_masked": "6222 02** **** 1234 567", "account_no_masked_hash": "c" * 64}
    ],
    "contact_person": [{"org_party_id": "P1", "contact_id": "C1", "name": "王五"}],
}  # fmt: skip


def opened() -> dict[tuple[str, str], str]:
    return {(row.kind, row.ref): vault.VALUE.open(row) for row in PartyIdentity.objects.all()}


def test_identifiers_are_kept_sealed_masked_and_hashed() -> None:
    with writing():
        a_directory()
        assert vault.store("JLB", vault.facts_of(BROUGHT)) == 6

        assert opened() == {
            ("ID_NO", ""): "11010519900101123X", ("BIRTH", ""): "1990-01-01", ("GENDER", ""): "F",
            ("MOBILE", ""): "13812341234", ("ACCOUNT", "A1"): "6222 02** **** 1234 567", ("CONTACT", "C1"): "王五",
        }  # fmt: skip
        masked = dict(PartyIdentity.objects.values_list("kind", "masked"))
        assert masked == {
            "ID_NO": "110105********123X", "BIRTH": "***", "GENDER": "***", "MOBILE": "138****1234",
            "ACCOUNT": "622202*********4567", "CONTACT": "王*",
        }  # fmt: skip
        assert PartyIdentity.objects.get(kind="MOBILE").match_hash == "b" * 64
        assert PartyIdentity.objects.get(kind="BIRTH").match_hash == match_hash("1990-01-01")


def test_the_same_identifiers_again_are_not_sealed_again() -> None:
    with writing():
        a_directory()
        vault.store("JLB", vault.facts_of(BROUGHT))
        before = list(PartyIdentity.objects.order_by("id").values())

        assert vault.store("JLB", vault.facts_of(BROUGHT)) == 0
        assert list(PartyIdentity.objects.order_by("id").values()) == before


def test_a_new_number_replaces_the_old_one_and_a_second_phone_stands_beside_the_first() -> None:
    with writing():
        a_directory()
        vault.store("JLB", vault.facts_of(BROUGHT))
        later = {
            "party": [{"party_id": "P3", "id_no": "E12345678", "id_no_hash": "d" * 64}],
            "party_contact_point": [
                {"party_id": "P3", "type": "MOBILE", "value": "13900000000", "value_hash": "e" * 64}
            ],
        }
        vault.store("JLB", vault.facts_of(later))

        assert list(PartyIdentity.objects.filter(kind="ID_NO").values_list("match_hash", flat=True)) == [
            "d" * 64
        ]
        assert PartyIdentity.objects.filter(kind="MOBILE").count() == 2


def test_identifiers_are_in_sight_where_their_party_is() -> None:
    with writing():
        a_directory()
        vault.store("JLB", vault.facts_of(BROUGHT))
    chief, head, manager = (
        a_person("", "dept_head"),
        a_person("", "branch_head", branch="SH"),
        a_person("", "manager"),
    )

    for person, seen in ((chief, 6), (head, 0), (manager, 0)):
        with scoped(an_actor(person)):
            assert PartyIdentity.objects.count() == seen


def test_counterparties_are_kept_once_and_nobody_reads_them() -> None:
    rows = [
        {"counterparty_account_masked_hash": "f" * 64, "counterparty_name": name}
        for name in ("赵六", "赵六公司", None)
    ]
    with writing():
        assert (vault.store_counterparties("JLB", rows), vault.store_counterparties("JLB", rows)) == (1, 0)

    from django.db import ProgrammingError

    auditor = a_person("", "auditor")
    with pytest.raises(ProgrammingError, match="permission denied"), scoped(an_actor(auditor)):
        CounterpartyIdentity.objects.count()


def test_an_erased_party_loses_names_and_identifiers_for_good() -> None:
    from jinlan.kernel.search import named

    with writing():
        a_directory()
        vault.store("JLB", vault.facts_of(BROUGHT))
        vault.store_counterparties(
            "JLB", [{"counterparty_account_masked_hash": "c" * 64, "counterparty_name": "张三"}]
        )
        sync_units(
            "JLB",
            [unit("H1", "P3", "HNW"), unit("G1", "P1")],
            [member("H1", "P3"), member("G1", "P1"), member("G1", "P3")],
        )
        vault.erase("JLB", [("P3", "ERASE")])

        for _ in range(2):  # also after the bank delivered the party once more
            gone = Party.objects.get(code="P3")
            assert (gone.name, gone.name_en, gone.pinyin_key, gone.search_text, gone.grams) == (
                vault.ERASED,
                "",
                "",
                "",
                [],
            )
            assert not PartyIdentity.objects.filter(party=gone).exists()
            assert not CounterpartyIdentity.objects.exists()
            assert not PartyKey.objects.filter(party=gone).exists()
            assert not Party.objects.filter(named("张三")).exists()
            assert not Unit.objects.filter(named("张三")).exists()
            assert Unit.objects.get(code="H1").name == vault.ERASED
            assert Unit.objects.filter(named("华岳")).count() == 1
            sync_parties(
                "JLB",
                [party("P3", kind="PERSON")],
                {"P3": {"name_zh": "张三", "id_no": "11010519900101123X"}},
            )
            vault.store("JLB", [fact for fact in vault.facts_of(BROUGHT) if fact.party == "P3"])
            sync_units(
                "JLB",
                [unit("H1", "P3", "HNW"), unit("G1", "P1")],
                [member("H1", "P3"), member("G1", "P1"), member("G1", "P3")],
            )


def test_a_restricted_party_is_marked_and_kept() -> None:
    with writing():
        a_directory()
        vault.erase("JLB", [("P3", "RESTRICT")])

        kept = Party.objects.get(code="P3")
        assert (kept.name, kept.restricted, kept.erased) == ("张三", True, False)
