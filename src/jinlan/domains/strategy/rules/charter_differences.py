"""What two versions of the service charter promise differently, in words: one sentence for each change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from jinlan.basics.errors import Words
from jinlan.domains.strategy.rules.charter_text import AUTHORITIES, CONTACTS, ROLES, Charter, Promise
from jinlan.insight.differences import Difference, first_days

Naming = Callable[[str, str], object]  # ("tier" | "service" | "risk", its code) -> how it is called
CONTACT_WORDS: Mapping[str, Words] = dict(
    zip(CONTACTS, (Words("面访"), Words("电话或视频"), Words("高层会晤"), Words("计划回顾")), strict=True)
)
ROLE_WORDS: Mapping[str, Words] = dict(
    zip(ROLES, (Words("主办"), Words("协办"), Words("产品"), Words("风险"), Words("服务"), Words("分管领导")), strict=True)
)  # fmt: skip
AUTHORITY_WORDS: Mapping[str, Words] = dict(
    zip(AUTHORITIES, (Words("服务团队"), Words("分行"), Words("总行")), strict=True)
)


def codes(_what: str, code: str) -> str:
    """Return a code as it is."""
    return code


def charter_differences(before: Charter, after: Charter, name: Naming = codes) -> list[Difference]:
    """Return what `after` changes of `before`, in the order in which a charter is read; [] when both promise the same.

    Args:
        before: the version in force.
        after: the version that is to come.
        name: how tiers, services and risk classes are called, in the reader's language.
    """
    return [
        *first_days(before.valid_from, after.valid_from), *_services(before, after, name), *_promises(before, after, name),
        *_risk(before, after, name),
    ]  # fmt: skip


def _services(before: Charter, after: Charter, name: Naming) -> Iterator[Difference]:
    old, new = ({one.code for one in each.services} for each in (before, after))
    for code in sorted(old - new):
        yield Difference(
            "removed", "services", code, Words("不再提供%(service)s", service=name("service", code))
        )
    for code in sorted(new - old):
        yield Difference("added", "services", code, Words("新增%(service)s", service=name("service", code)))


def _promises(before: Charter, after: Charter, name: Naming) -> Iterator[Difference]:
    old, new = ({(one.kind, one.tier): one for one in each.promises} for each in (before, after))
    for key in [*old, *(key for key in new if key not in old)]:
        code, tier = " ".join(key), name("tier", key[1])
        if key not in new:
            yield Difference("removed", "promises", code, Words("不再对%(tier)s作出承诺", tier=tier))
        elif key not in old:
            yield Difference("added", "promises", code, Words("新增对%(tier)s的承诺", tier=tier))
        else:
            for text in _promise(old[key], new[key], tier, name):
                yield Difference("changed", "promises", code, text)


def _promise(old: Promise, new: Promise, tier: object, name: Naming) -> Iterator[Words]:
    for contact in CONTACTS:
        left, right = old.contacts.get(contact), new.contacts.get(contact)
        if left != right:
            yield _contact(tier, CONTACT_WORDS[contact], left, right)
    for field, said in _OF_A_PROMISE.items():
        left, right = getattr(old, field), getattr(new, field)
        if left != right:
            yield said(tier, left, right)
    if old.price_authority != new.price_authority:
        before, after = AUTHORITY_WORDS[old.price_authority], AUTHORITY_WORDS[new.price_authority]
        yield Words("%(tier)s:价格由%(before)s改为%(after)s决定", tier=tier, before=before, after=after)
    yield from _sets(
        old.services, new.services, lambda one: name("service", one), Words("服务"), tier
    )  # fmt: skip
    yield from _sets(old.roles, new.roles, lambda one: ROLE_WORDS[one], Words("应具名角色"), tier)


_OF_A_PROMISE: Mapping[str, Callable[[object, object, object], Words]] = {
    "respond_hours": lambda tier, old, new: Words(
        "%(tier)s:响应时限由 %(before)s 个工作小时改为 %(after)s 个工作小时", tier=tier, before=old, after=new
    ),
    "resolve_hours": lambda tier, old, new: Words(
        "%(tier)s:解决时限由 %(before)s 个工作小时改为 %(after)s 个工作小时", tier=tier, before=old, after=new
    ),
    "price_points": lambda tier, old, new: Words(
        "%(tier)s:价格权限由 %(before)s 个基点改为 %(after)s 个基点", tier=tier, before=old, after=new
    ),
    "review_months": lambda tier, old, new: Words(
        "%(tier)s:章程回顾由每 %(before)s 个月改为每 %(after)s 个月", tier=tier, before=old, after=new
    ),
}


def _contact(tier: object, contact: Words, left: int | None, right: int | None) -> Words:
    if left is None:
        return Words("%(tier)s:新增%(contact)s,每 %(days)s 天", tier=tier, contact=contact, days=right)
    if right is None:
        return Words("%(tier)s:不再承诺%(contact)s", tier=tier, contact=contact)
    return Words(
        "%(tier)s:%(contact)s由每 %(before)s 天改为每 %(after)s 天", tier=tier, contact=contact, before=left, after=right
    )  # fmt: skip


def _sets(
    old: tuple[str, ...], new: tuple[str, ...], word: Callable[[str], object], what: Words, tier: object
) -> Iterator[Words]:
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    if come:
        yield Words(
            "%(tier)s:%(what)s增加 %(names)s", tier=tier, what=what, names=[word(one) for one in come]
        )
    if gone:
        yield Words(
            "%(tier)s:%(what)s减少 %(names)s", tier=tier, what=what, names=[word(one) for one in gone]
        )


def _risk(before: Charter, after: Charter, name: Naming) -> Iterator[Difference]:
    for grade in sorted({*before.risk, *after.risk}):
        old, new = before.risk.get(grade, {}), after.risk.get(grade, {})
        for contact in CONTACTS:
            left, right = old.get(contact), new.get(contact)
            if left != right:
                text = _contact(name("risk", str(grade)), CONTACT_WORDS[contact], left, right)
                yield Difference("changed", "risk", str(grade), text)
