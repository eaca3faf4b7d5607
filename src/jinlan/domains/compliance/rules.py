"""Who may be contacted, when and how often; what a consent is worth (domain reference 04 §4.7). Pure: thresholds are passed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from jinlan.basics.errors import Refused
from jinlan.basics.register import Rule

CONSENT = "CONSENT"
Act = Literal["given", "withdrawn", "suppressed", "unsuppressed"]
_LATER = {
    "given": 0,
    "withdrawn": 1,
    "unsuppressed": 0,
    "suppressed": 1,
}  # at one instant the client's no counts


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of the ledger; `at` is an aware instant, `number` the order in which the bank wrote it down."""

    act: Act
    at: datetime
    number: int


def last_said(entries: Iterable[Said], at: datetime) -> Said | None:
    """Return what holds at an instant: the last thing said by then, whenever it was written down."""
    known = [one for one in entries if one.at <= at]
    return max(known, key=lambda one: (one.at, _LATER[one.act], one.number), default=None)


Finding = Literal["ok", "service", "restricted", "suppressed", "offer", "none", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Contact:
    """What somebody wants to do with a party: `service` needs no consent, `consent` is what was last said about the purpose."""

    service: bool
    offer: bool
    restricted: bool
    suppressed: bool
    consent: Said | None


def judge(contact: Contact) -> Finding:
    """Return what stands in the way, the gravest first; ``ok`` when a consent holds, ``service`` when none is needed."""
    if contact.restricted:
        return "restricted"
    if contact.service and contact.offer:
        return "offer"
    if contact.suppressed:
        return "suppressed"
    if contact.service:
        return "service"
    said = contact.consent
    if said is None or said.act == "withdrawn":
        return "none" if said is None else "withdrawn"
    return "ok"


def is_quiet(local: datetime, start: Rule, end: Rule) -> bool:
    """Tell whether a local time lies in the quiet hours [start, end): they may pass midnight; hours of the day.

    Exact at the borders: with 21 and 8, 21:00:00 is quiet and 08:00:00 is not.
    """
    seconds = local.hour * 3600 + local.minute * 60 + local.second + Decimal(local.microsecond) / 1_000_000
    late, early = seconds >= start.value * 3600, seconds < end.value * 3600
    return late or early if start.value > end.value else late and early


def is_capped(contacts: int, cap: Rule) -> bool:
    """Tell whether so many contacts in the period are the cap already, so that no more may go out."""
    return cap.applies(contacts)


def check_giving(
    *, purpose: str, channels: Iterable[str], basis: str, recipient: str, contact_purposes: Iterable[str], known_channels: Iterable[str]
) -> None:  # fmt: skip
    """Refuse a consent that would be worth nothing.

    Raises:
        Refused: CONSENT_CHANNEL (none for a purpose of contact, or one for another purpose), CONSENT_BUNDLED (contact for
            marketing rests on nothing but consent, PIPL 16), CONSENT_RECIPIENT (sharing names the other handler, PIPL 23).
    """
    asked, known = list(channels), set(known_channels)
    if purpose in set(contact_purposes):
        if not asked or not set(asked) <= known:
            raise Refused(
                "CONSENT_CHANNEL", "请选择至少一个联系渠道。", "授权按渠道分别取得。", field="channels"
            )
        if basis != CONSENT:
            raise Refused(
                "CONSENT_BUNDLED", "营销类联系只能以个人同意为依据。", "不得与服务合同捆绑。", field="purpose"
            )
    elif asked != [""]:
        raise Refused("CONSENT_CHANNEL", "这一目的不分联系渠道。", "请不要选择渠道。", field="channels")
    if (purpose == "SHARING") != bool(recipient.strip()):
        raise Refused(
            "CONSENT_RECIPIENT", "提供给其他处理者须写明对方名称,其他目的不写。", "请按授权书填写接收方全称。", field="recipient"
        )  # fmt: skip
