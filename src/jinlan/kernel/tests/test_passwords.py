from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password

from jinlan.basics.clock import now_utc
from jinlan.kernel import passwords
from jinlan.kernel.models import PasswordRecord, Person
from jinlan.kernel.passwords import COMMON, PROFILES, problems
from jinlan.kernel.testing import PASSWORD
from jinlan.kernel.tests.browsers import (
    CHROME,
    a_browser,
    ana,  # noqa: F401
    entries,
    lives,
    signs_in,
)

pytestmark = pytest.mark.usefixtures("database")
SHORT12, SHORT8, LONG = "至少 12 个字符。", "至少 8 个字符。", "最多 128 个字符。"
KINDS = "须含大写字母、小写字母、数字、符号四类中的三类。"
COMMONLY = "太常见，容易被猜到。可用几个互不相关的词，避开姓名、用户名与行名。"
GOOD = "kettle-walrus-plum"


@pytest.mark.parametrize(
    ("profile", "password", "found"),
    [
        ("ASVS", GOOD, []),
        ("ASVS", "秋水共长天一色落霞孤鹜", [SHORT12]),
        ("ASVS", "落霞与孤鹜齐飞秋水共长天", []),
        ("ASVS", "twelve chars", []),
        ("ASVS", "eleven char", [SHORT12]),
        ("ASVS", "kettle walrus plum " * 6 + "kettle walrus ", []),  # 128
        ("ASVS", "kettle walrus plum " * 6 + "kettle walrus p", [LONG]),
        ("ASVS", "qwertyuiop12", [COMMONLY]),
        ("ASVS", "1234567890123", [COMMONLY]),
        ("ASVS", "aaaaaaaaaaaaaaaa", [COMMONLY]),
        ("ASVS", "password2026!", [COMMONLY]),
        ("ASVS", "P@ssw0rd-P@ssw0rd", [COMMONLY]),
        ("ASVS", "woaizhongguo1949", [COMMONLY]),
        ("ASVS", "jinlan-demo-2026", [COMMONLY]),
        ("ASVS", "Jinlan.Bank.2026", [COMMONLY]),
        ("ASVS", "金澜银行金澜银行2026", [COMMONLY]),
        ("ASVS", "ana-ana-ana-ana-1", [COMMONLY]),
        ("ASVS", "安娜安娜安娜安娜123456", [COMMONLY]),
        ("ASVS", "jinlan orchid kettle", []),
        ("GB", "Kettle77", []),
        ("GB", "kettle-7", []),
        ("GB", "kettle77", [KINDS]),
        ("GB", "Kettl-7", [SHORT8]),
        ("GB", "kettle-walrus-plum", [KINDS]),
        ("GB", "Admin123", [COMMONLY]),
        ("GB", "Shanghai@2026", [COMMONLY]),
        ("GB", "1qaz2wsx", [KINDS, COMMONLY]),
    ],
)
def test_each_profile_has_its_rules(ana: Person, profile: str, password: str, found: list[str]) -> None:
    assert problems(password, ana, PROFILES[profile]) == found


def test_the_list_of_common_passwords_is_our_own_and_long_enough() -> None:
    assert len(COMMON) > 1500
    assert {"password123", "woaini1314", "qwertyuiop", "123456789012"} <= COMMON


def test_a_hostile_password_is_judged_quickly(ana: Person) -> None:
    import time

    begun = time.process_time()  # ours, however busy the machine is
    problems("woaiwoaini" * 12 + "~kettle~", ana, PROFILES["ASVS"])

    assert time.process_time() - begun < 1


def changes(client, new: str = GOOD, old: str = PASSWORD, again: str | None = None):
    return client.post(
        "/account/password", {"old": old, "new": new, "again": new if again is None else again}
    )


def test_changing_it_ends_all_other_sessions_and_renews_the_key(ana: Person) -> None:
    client, other = signs_in(ana), signs_in(ana, CHROME)
    key = client.cookies["jl_session"].value

    answer = changes(client)

    assert (answer.status_code, answer["Location"]) == (302, "/account")
    assert lives(client)
    assert client.cookies["jl_session"].value != key
    assert other.get("/account")["Location"] == "/signin?why=password&next=%2Faccount"
    ana.refresh_from_db()
    assert (ana.check_password(GOOD), ana.password.startswith("argon2")) == (True, True)
    assert list(PasswordRecord.door.values_list("person", "password")) == [(ana.pk, ana.password)]
    assert entries("signin.password_changed") == [
        ("signin.password_changed", "ana", str(ana.pk), {"where": "127.0.0.1"})
    ]
    assert a_browser().post("/signin", {"username": "ana", "password": PASSWORD}).status_code == 200
    assert a_browser().post("/signin", {"username": "ana", "password": GOOD}).status_code == 302


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"old": "wrong"}, "现在的密码不对"),
        ({"again": "something else entirely"}, "两次输入不一致"),
        ({"new": "short"}, "至少 12 个字符"),
        ({"new": "jinlan-demo-jinlan"}, "太常见"),
        ({"old": ""}, "请填写"),
    ],
)
def test_what_is_refused_changes_nothing(ana: Person, given: dict[str, str], words: str) -> None:
    client, other = signs_in(ana), signs_in(ana, CHROME)
    before = Person.objects.get(pk=ana.pk).password

    answer = changes(client, **given)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert GOOD not in answer.content.decode()
    assert Person.objects.get(pk=ana.pk).password == before
    assert PasswordRecord.door.count() == 0
    assert lives(other)
    assert entries("signin.password_changed") == []


def test_guessing_the_old_password_locks(ana: Person) -> None:
    client = signs_in(ana)

    assert [changes(client, old="wrong").status_code for _ in range(8)] == [200] * 7 + [429]


def test_the_profile_asvs_never_asks_for_a_change(ana: Person) -> None:
    PasswordRecord.door.create(person=ana, password="x", set_at=now_utc() - timedelta(days=3650))

    assert not passwords.due(ana, now_utc())


def test_the_profile_gb_asks_after_90_days_and_lets_nothing_else_open(ana: Person, settings) -> None:
    settings.JINLAN_PASSWORD_POLICY = "GB"
    now = now_utc()
    PasswordRecord.door.create(person=ana, password="x", set_at=now - timedelta(days=90))
    assert not passwords.due(ana, now - timedelta(seconds=1))
    assert passwords.due(ana, now)
    client = signs_in(ana)

    assert [client.get(page)["Location"] for page in ("/clients", "/account", "/")] == [
        "/account/password"
    ] * 3
    assert "密码已到期" in client.get("/account/password").content.decode()
    assert changes(client, "Kettle-77")["Location"] == "/account"
    assert client.get("/clients").status_code == 200


def test_the_profile_gb_refuses_the_last_five(ana: Person) -> None:
    hashes = [make_password(f"Kettle-7{n}") for n in range(6)]
    for n, one in enumerate(hashes):
        PasswordRecord.door.create(person=ana, password=one, set_at=now_utc() - timedelta(days=6 - n))
    ana.password = hashes[5]
    again = "这是最近用过的密码，请换一个。"

    found = [problems(f"Kettle-7{n}", ana, PROFILES["GB"]) for n in range(6)]

    assert found == [[], [again], [again], [again], [again], [again]]
    assert problems("Kettle-74-walrus", ana) == []


def test_the_newest_five_hashes_are_kept(ana: Person) -> None:
    for n in range(6):
        PasswordRecord.door.create(person=ana, password=f"old {n}", set_at=now_utc() - timedelta(days=6 - n))

    changes(signs_in(ana))

    kept = list(PasswordRecord.door.order_by("set_at").values_list("password", flat=True))
    assert kept[:4] == ["old 2", "old 3", "old 4", "old 5"]
    assert len(kept) == 5
