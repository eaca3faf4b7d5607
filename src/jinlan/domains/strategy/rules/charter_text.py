"""The service charter as data: a TOML text that a person can read, checked and turned into promises (06 §6.2).

One `[[promises]]` table per kind of unit and tier says how often which contact is made, how fast the bank answers, what the
client is entitled to, which roles are named, who decides prices, and how often all of it is looked at again. Several versions
are effective-dated: the newest whose `valid_from` is not later than a day speaks on it. Every result names its version.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused

FILE = Path(__file__).parents[1] / "charters" / "charter.toml"
KIND = "CHARTER"  # of the stored version, beside the kinds of unit
CONTACTS = ("FACE", "CALL", "EXECUTIVE", "REVIEW")
ROLES = ("LEAD", "ASSIST", "PRODUCT", "RISK", "SERVICE", "SPONSOR")
AUTHORITIES = ("TEAM", "BRANCH", "HEAD_OFFICE")
GRADES = ("2", "3", "4", "5")  # of the five-tier class; 1 is normal and tightens nothing
LONGEST = 548  # days; with the longest quiet it stays inside the window in which contacts are known
_HEAD = ("version", "valid_from", "zh", "en", "services", "promises", "risk")
_PROMISE = ("kind", "tier", "contacts", "respond_hours", "resolve_hours", "services", "roles", "price_authority",
            "price_points", "review_months")  # fmt: skip
_SERVICE = ("code", "zh", "en")


@dataclass(frozen=True, slots=True)
class Service:
    """A service that clients may be entitled to."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What clients of one tier are promised; targets in working hours, `price_points` in basis points off the list price."""

    kind: str
    tier: str
    contacts: Mapping[str, int]  # kind of contact -> days between two of them
    respond_hours: int
    resolve_hours: int
    services: tuple[str, ...]
    roles: tuple[str, ...]
    price_authority: str
    price_points: int
    review_months: int


@dataclass(frozen=True, slots=True)
class Charter:
    """One version; `risk` maps the worst five-tier class of a unit to the contacts that it tightens."""

    version: str
    valid_from: date
    zh: str
    en: str
    services: tuple[Service, ...]
    promises: tuple[Promise, ...]
    risk: Mapping[int, Mapping[str, int]]
    sha256: str

    @property
    def kind(self) -> str:
        """Return the kind of text that it is."""
        return KIND

    def promise(self, kind: str, tier: str) -> Promise | None:
        """Return what clients of a kind and tier are promised, None when nothing is."""
        return next((one for one in self.promises if (one.kind, one.tier) == (kind, tier)), None)

    def days(self, kind: str, tier: str, contact: str, grade: int | None) -> int | None:
        """Return the days between two contacts, the shorter of what tier and risk ask for; None when the tier promises none."""
        promise = self.promise(kind, tier)
        own = promise.contacts.get(contact) if promise else None
        risky = self.risk.get(grade or 1, {}).get(contact)
        return own if own is None or risky is None else min(own, risky)


class WrongCharter(Refused):
    """A charter cannot be used; `what` is the end of its code, `field` the path of the value in the text."""

    def __init__(self, what: str, message: str, /, **params: object) -> None:
        super().__init__(f"CHARTER.{what}", message, "请按提示修改章程文本后重试。", **params)


def parse_charter(text: str, ladders: Mapping[str, Sequence[str]] | None = None) -> Charter:
    """Read and check a charter.

    Args:
        text: the TOML.
        ladders: kind of unit -> its tiers; with it, every tier must have a promise and no other may.

    Raises:
        WrongCharter: what is wrong, at which `field`, and what it should be.
    """
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongCharter(
            "SYNTAX", "章程不是有效的 TOML:%(said)s。请改正该处的写法。", said=error, field="text"
        ) from error
    _known(body, _HEAD, "")
    services = tuple(_service(row, f"services[{at}]") for at, row in enumerate(_rows(body, "services")))
    _once([one.code for one in services], "services")
    named = frozenset(one.code for one in services)
    promises = tuple(
        _promise(row, f"promises[{at}]", named) for at, row in enumerate(_rows(body, "promises"))
    )
    if not promises:
        raise WrongCharter("EMPTY", "章程没有任何承诺。请至少写一个 [[promises]]。", field="promises")
    _once([f"{one.kind} {one.tier}" for one in promises], "promises")
    if ladders is not None:
        _fit(promises, ladders)
    return Charter(
        version=_text(body, "version", ""), valid_from=_day(body, "valid_from"), zh=_text(body, "zh", ""), en=_text(body, "en", ""),
        services=services, promises=promises, risk=_risk(body.get("risk", {})), sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip


def shipped() -> str:
    """Return the text of the charter that Jinlan ships."""
    return FILE.read_text("utf-8")


def dated(text: str, version: str, valid_from: date) -> str:
    """Return a charter's text under another name and from another day; everything else stays as it is written, remarks too."""
    named = re.sub(r"(?m)^version\s*=.*$", f"version = {json.dumps(version)}", text, count=1)
    return re.sub(r"(?m)^valid_from\s*=.*$", f"valid_from = {valid_from.isoformat()}", named, count=1)


def _promise(row: Any, at: str, named: frozenset[str]) -> Promise:
    _known(row, _PROMISE, at)
    for field in _PROMISE:
        if field not in row:
            raise WrongCharter("MISSING", "%(field)s 没有填写。请补上该项。", field=f"{at}.{field}")
    respond, resolve = (_whole(row[name], f"{at}.{name}") for name in ("respond_hours", "resolve_hours"))
    if resolve < respond:
        raise WrongCharter(
            "HOURS", "%(field)s 的解决时限 %(resolve)s 小时短于响应时限 %(respond)s 小时。请改为不短于响应时限。",
            field=f"{at}.resolve_hours", resolve=resolve, respond=respond,
        )  # fmt: skip
    return Promise(
        kind=_text(row, "kind", at), tier=_text(row, "tier", at), contacts=_contacts(row["contacts"], f"{at}.contacts"),
        respond_hours=respond, resolve_hours=resolve,
        services=_codes(row["services"], f"{at}.services", named), roles=_lead(_codes(row["roles"], f"{at}.roles", ROLES), at),
        price_authority=_one(row["price_authority"], f"{at}.price_authority", AUTHORITIES),
        price_points=_whole(row["price_points"], f"{at}.price_points", least=0),
        review_months=_whole(row["review_months"], f"{at}.review_months", most=36),
    )  # fmt: skip


def _service(row: Any, at: str) -> Service:
    _known(row, _SERVICE, at)
    return Service(*(_text(row, name, at) for name in _SERVICE))


def _contacts(row: Any, at: str) -> Mapping[str, int]:
    _known(row, CONTACTS, at)
    return {kind: _whole(row[kind], f"{at}.{kind}", most=LONGEST) for kind in CONTACTS if kind in row}


def _risk(row: Any) -> Mapping[int, Mapping[str, int]]:
    _known(row, GRADES, "risk")
    return {int(grade): _contacts(row[grade], f"risk.{grade}") for grade in GRADES if grade in row}


def _fit(promises: Sequence[Promise], ladders: Mapping[str, Sequence[str]]) -> None:
    """Refuse promises to tiers that no definition has, and tiers that are promised nothing."""
    tiers = [f"{kind} {tier}" for kind, ladder in ladders.items() for tier in ladder]
    have = [f"{one.kind} {one.tier}" for one in promises]
    for at, name in enumerate(have):
        if name not in tiers:
            raise WrongCharter(
                "TIER", "%(field)s:准入标准中没有层级 %(tier)s。请从 %(tiers)s 中选择。",
                field=f"promises[{at}].tier", tier=name, tiers=tiers,
            )  # fmt: skip
    left = [name for name in tiers if name not in have]
    if left:
        raise WrongCharter(
            "UNPROMISED", "层级 %(tiers)s 没有承诺。请为每个层级写一个 [[promises]]。", field="promises", tiers=left
        )  # fmt: skip


def _rows(body: Mapping[str, Any], name: str) -> list[Any]:
    found = body.get(name, [])
    if not isinstance(found, list):
        raise WrongCharter(
            "LIST", "%(field)s 应为列表。请写成 [[%(field)s]] 一项一段。", field=name
        )  # fmt: skip
    return found


def _known(row: Any, names: Sequence[str], at: str) -> None:
    """Refuse what is no table, and a name that would be read over in silence."""
    if not isinstance(row, dict):
        raise WrongCharter("TABLE", "%(field)s 应为一组“名称 = 值”。请按样例书写。", field=at)
    for name in row:
        if name not in names:
            raise WrongCharter(
                "NAME", "%(field)s 不是章程的项目。请从 %(names)s 中选择,或删去该项。",
                field=f"{at}.{name}".strip("."), names=list(names),
            )  # fmt: skip


def _text(row: Mapping[str, Any], name: str, at: str) -> str:
    value, field = row.get(name), f"{at}.{name}".strip(".")
    if not isinstance(value, str) or not value.strip():
        raise WrongCharter("TEXT", "%(field)s 应为一段文字。请填写该项。", field=field)
    return value.strip()


def _day(row: Mapping[str, Any], name: str) -> date:
    value = row.get(name)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise WrongCharter("DAY", "%(field)s 应为日期。请写成 2026-01-01 的形式,不加引号。", field=name)
    return value


def _whole(value: Any, field: str, *, least: int = 1, most: int = 9_999) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise WrongCharter(
            "NUMBER", "%(field)s 的 %(value)r 无效。请填 %(least)s 到 %(most)s 的整数。",
            field=field, value=value, least=least, most=most,
        )  # fmt: skip
    return value


def _one(value: Any, field: str, known: Sequence[str]) -> str:
    if value not in known:
        raise WrongCharter(
            "CODE", "%(field)s 的 %(value)r 无效。请从 %(known)s 中选择。", field=field, value=value, known=list(known)
        )  # fmt: skip
    return str(value)


def _codes(value: Any, field: str, known: Sequence[str] | frozenset[str]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WrongCharter("LIST", "%(field)s 应为列表。请写成 [\"A\", \"B\"] 的形式。", field=field)  # fmt: skip
    found = tuple(_one(one, f"{field}[{at}]", sorted(known)) for at, one in enumerate(value))
    _once(found, field)
    return found


def _lead(roles: tuple[str, ...], at: str) -> tuple[str, ...]:
    """Refuse a team without somebody who answers for the client."""
    if "LEAD" not in roles:
        raise WrongCharter("LEAD", "%(field)s 缺少主办。请加上 LEAD。", field=f"{at}.roles")
    return roles


def _once(codes: Sequence[str], field: str) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise WrongCharter(
                "TWICE", "%(field)s 中 %(item)s 出现了两次。请删去一个。", field=field, item=code
            )
