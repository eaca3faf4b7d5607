"""Every page in the browser: found by any spelling, readable for everybody, unmoved by hostile addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from pypinyin import Style, lazy_pinyin

from tests.journeys.desk import Desk

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
CLIENT = "{client}"
PAGES = [
    ("", "/signin"), ("chenwei", "/clients"), ("chenwei", "/clients?as=matrix"), ("chenwei", "/clients/filters"),
    ("chenwei", "/department"), ("chenwei", "/clients?as_of=2020-01-01"), ("chenwei", "/clients?q=没有这样的客户"), ("lihua", "/clients"),
    ("lihua", CLIENT), ("lihua", CLIENT + "?as_of=2026-06-30"), ("lihua", CLIENT + "/figure/aum"), ("lihua", CLIENT + "/peek"),
    ("zhaoyan", CLIENT), ("wangmin", "/clients"), ("wangmin", CLIENT), ("zhengyu", "/quality"), ("zhengyu", "/runs"), ("hejun", "/design"),
    ("chenwei", "/definitions"), ("chenwei", "/definitions/trials?kind=GROUP"), ("chenwei", "/charter"), ("chenwei", "/committee"), ("lihua", CLIENT + "/between"),
]  # fmt: skip
HOSTILE = [
    "' OR 1=1 --", "1; drop table clients_unit; --", "%00", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "9" * 400, "-1", "<script>alert(1)</script>", "../../../etc/passwd", "NaN", "eyJ2IjpbIm5hbiIsIi0xIl0sImIiOnRydWV9",
]  # fmt: skip
NAMES = [
    "view",
    "q",
    "kind",
    "tier",
    "state",
    "branch",
    "lead",
    "due",
    "class",
    "overdue",
    "gate",
    "cell",
    "sort",
    "as",
    "as_of",
    "cursor",
    "trend",
]


def first_client(at: Desk) -> str:
    """Return the address of the first client of a person's list, whole or member."""
    at.open("/clients")
    return str(at.page.locator("table a.name[href^='/clients/']").first.get_attribute("href")).partition("?")[
        0
    ]


def violations(at: Desk) -> list[str]:
    """Return what axe finds wrong with the page that is open."""
    from axe_playwright_python.sync_playwright import Axe

    found: list[dict[str, Any]] = Axe().run(at.page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]


@pytest.mark.parametrize(("user", "address"), PAGES)
def test_a_page_is_accessible_and_its_console_is_silent(user: str, address: str, desk: Sit) -> None:
    at = desk(user)
    at.open(address.replace(CLIENT, first_client(at)) if CLIENT in address else address)

    assert at.complaints == []
    assert violations(at) == []


@pytest.mark.parametrize(("theme", "width"), [("dark", 1440), ("light", 390), ("dark", 390)])
@pytest.mark.parametrize("address", ["/clients", CLIENT])
def test_axe_finds_nothing_in_the_dark_and_on_a_phone(
    address: str, theme: str, width: int, desk: Sit
) -> None:
    at = desk("lihua", theme=theme, width=width)
    at.open(address.replace(CLIENT, first_client(at)) if CLIENT in address else address)

    assert at.page.locator("html").get_attribute("data-bs-theme") == theme
    assert violations(at) == []
    assert at.page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_client_is_found_by_characters_pinyin_and_initials(desk: Sit) -> None:
    chenwei = desk("chenwei")
    line = next(one for one in chenwei.rows() if len(one.name) >= 6 and one.signature[0] == "集团")
    spellings = [
        line.name[:4],
        "".join(lazy_pinyin(line.name[:4])),
        "".join(lazy_pinyin(line.name[:6], style=Style.FIRST_LETTER)),
    ]

    offered = {text: chenwei.search(text) for text in spellings}
    listed = {text: [one.address for one in chenwei.rows(f"/clients?q={quote(text)}")] for text in spellings}

    assert {text: line.address in found for text, found in offered.items()} == dict.fromkeys(spellings, True)
    assert {text: line.address in found for text, found in listed.items()} == dict.fromkeys(spellings, True)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_address_never_breaks_a_page(hostile: str, desk: Sit) -> None:
    chenwei = desk("chenwei")
    client = first_client(chenwei)
    value = hostile if hostile == "%00" else quote(hostile, safe="")
    addresses = [f"/clients?{name}={value}" for name in NAMES] + [
        f"/clients?view=all&sort=name&cursor={value}", f"/find?q={value}", f"/department?as_of={value}", f"/quality?load={value}",
        f"/runs?run={value}", f"/clients/filters?branch={value}", f"{client}?as_of={value}&trend={value}&members={value}",
        f"{client}/figure/aum?party={value}", f"{client}/trend/aum?format={value}",
    ]  # fmt: skip

    statuses = {address: chenwei.ask(address)[0] for address in addresses}

    assert {address: status for address, status in statuses.items() if status not in {200, 400, 404}} == {}
    assert {name: statuses[f"/clients?{name}={value}"] for name in NAMES} == dict.fromkeys(NAMES, 200)
