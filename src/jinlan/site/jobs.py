"""What the commands do: each builds its actor and calls one service.

The engine takes seconds to import, so only the jobs that compute import it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date, now_utc
from jinlan.basics.errors import Refused, Words
from jinlan.domains.engagement.services.care import refresh_care
from jinlan.domains.engagement.services.pipeline_history import learn_pace, propose_chances
from jinlan.domains.engagement.services.rhythm import refresh_rhythm
from jinlan.domains.strategy.services.charter_refresh import refresh_charter
from jinlan.domains.strategy.services.definitions import install_charter, install_definitions
from jinlan.domains.strategy.services.target_refresh import refresh_targets
from jinlan.insight.render import render
from jinlan.kernel.models import Person
from jinlan.kernel.scope import actor_for, console_actor, scoped, system_actor
from jinlan.kernel.sealing import seal
from jinlan.kernel.services import create_staff
from jinlan.kernel.trail import roots_file
from jinlan.portal import services as portal
from jinlan.serving.corrections import accept_correction
from jinlan.site import (
    demoagreements,
    democare,
    demopeople,
    demopipeline,
    demoplans,
    demotalks,
    demotargets,
    demowishes,
    listing,
    twodays,
)
from jinlan.work.selectors import accepted_by
from jinlan.work.services import asked_for
from jinlan.work.snapshots import snapshot_indicators

if TYPE_CHECKING:
    from jinlan.lake.load import LoadReport

Progress = Callable[[str], None]
FIRST_PASSWORDS = timedelta(days=14)  # how long the passwords of a list of staff are good for a first sign-in


def entity() -> str:
    """Return the bank entity that commands speak of: `$JINLAN_ENTITY`, else the only one that was loaded.

    Raises:
        Refused: ENTITY when nothing was loaded or several were and none is named.
    """
    named: str = settings.JINLAN_ENTITY
    if named:
        return named
    found = sorted({path.name for path in Path(settings.LAKE_DIR).iterdir() if path.is_dir()})
    if len(found) != 1:
        raise Refused(
            "ENTITY",
            "已装载的法人:%(entities)s。",
            "请用环境变量 JINLAN_ENTITY 指明一个,或先 ./jinlan load DIR。",
            entities=found or Words("无"),
        )
    return found[0]


def load(source: Path, *, mapping: Path | None = None, progress: Progress) -> list[LoadReport]:
    """Load every delivery under a folder; a correction when its very content was accepted by two people (`ask_to_correct`)."""
    from jinlan.lake.load import load_deliveries
    from jinlan.lake.loading.mapping import read_mapping
    from jinlan.site.intake import registry_for

    return load_deliveries(
        source, lake=settings.LAKE_DIR, registry=registry_for(), secret=settings.JINLAN_HASH_KEY,
        mapping=read_mapping(mapping) if mapping else None, accepted=_accepted, progress=progress,
    )  # fmt: skip


def _accepted(digest: str) -> str:
    """Return why and by whom the replacement of loaded days by a delivery was accepted, "" when nobody did."""
    actor = system_actor(entity(), now_utc())
    with scoped(actor):
        return accepted_by(actor, act=accept_correction.name, payload={"digest": digest})


def ask_to_correct(user: str, corrections: Iterable[tuple[str, str]], reason: str) -> list[str]:
    """Ask in somebody's name that deliveries may replace loaded days; return the pages of the requests."""
    actor = person(user)
    return [
        reverse("approval", kwargs={"public_id": asked_for(
            actor=actor, act=accept_correction.name, payload={"delivery": label, "digest": digest}, reason=reason
        )})
        for label, digest in corrections
    ]  # fmt: skip


def evaluate_and_publish(as_of: date, *, progress: Progress) -> str:
    """Run the nightly evaluation, seal what the day wrote into the audit, and return one line about it."""
    from jinlan.site.berka.pipeline import definitions_for
    from jinlan.site.nightly import nightly

    name = entity()
    actor = system_actor(name, now_utc())
    install_definitions(name, actor=actor, bodies=definitions_for(name))
    install_charter(name, actor=actor)
    done = nightly(as_of=as_of, entity=name, actor=actor, progress=progress)
    refresh_charter(actor=system_actor(name, now_utc()))
    refresh_rhythm(actor=system_actor(name, now_utc()))
    refresh_care(actor=system_actor(name, now_utc()))
    snapshot_indicators(actor=system_actor(name, now_utc()))
    refresh_targets(actor=system_actor(name, now_utc()))
    seal(system_actor(name, now_utc()), roots_file())
    if not done.evaluated and done.run_id is None:
        return f"{name} {done.as_of}: 已是最新,无需评估 / up to date (load {done.load_id})"
    moved = "  ".join(f"{key} {value}" for key, value in done.changes.items())
    return f"{name} {done.as_of}: run {done.run_id}, load {done.load_id}, {len(done.evaluated)} 个日期 / dates  {moved}"


def create_demo_staff(rows: Iterable[Mapping[str, Any]], password: str) -> None:
    """Make the demo sign-ins of the loaded entity."""
    name = entity()
    create_staff(
        rows, actor=system_actor(name, now_utc()), entity=name, password=password, since=date(2020, 1, 1)
    )


def set_demo_targets() -> None:
    """Give the demo bank targets, in the name of its head of department."""
    demotargets.install(person(demotargets.HEAD))


def log_demo_talks() -> None:
    """Write down interactions, promises, plans and opportunities of the demo bank, in the names of its people; then the charter counts them."""

    def as_(username: str, at: datetime) -> Actor:
        return actor_for(Person.objects.get(username=username), at)

    demotalks.install(as_)
    demoplans.install(as_)
    demoagreements.install(as_)
    demopipeline.install(as_)
    learn_pace(actor=system_actor(entity(), now_utc()))
    propose_chances(actor=system_actor(entity(), now_utc()))
    refresh_charter(actor=system_actor(entity(), now_utc()))
    refresh_rhythm(actor=system_actor(entity(), now_utc()))
    snapshot_indicators(actor=system_actor(entity(), now_utc()))  # the night before knew of none of it


def leave_demo_clients_alone(demo: Path) -> None:
    """Note in the name of the head of department which clients of the demo bank asked to be left alone, once."""
    demowishes.install(person(demotargets.HEAD), demo)


def set_demo_people() -> None:
    """Give clients of the demo managers people, in the name of each."""
    demopeople.install(person)


def care_for_demo_people() -> None:
    """Write down care days, greetings and gifts for people of the demo bank's clients, in the names of its managers."""
    now = now_utc()
    democare.install(lambda username, at: actor_for(Person.objects.get(username=username), at), now)
    refresh_care(actor=system_actor(entity(), now))


def create_staff_with_passwords(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Make people, all or none, and return username -> new password, "" for those who were there already."""
    name = entity()
    actor = system_actor(name, now_utc())
    there = set(Person.objects.values_list("username", flat=True))
    made = {row["username"]: "" if row["username"] in there else secrets.token_urlsafe(12) for row in rows}
    with scoped(actor, write=True):
        for row in rows:
            # The unused word of those who exist is never set: their password stays.
            create_staff(
                [row],
                actor=actor,
                entity=name,
                password=made[row["username"]] or secrets.token_urlsafe(),
                since=business_date(actor.at),
                one_time_until=actor.at + FIRST_PASSWORDS,
            )
    return made


def portal_person(user: str, *, party: str, email: str, name: str | None) -> str:
    """Let somebody into the portal in his lead manager's name, or end him without a `name`; return what to tell.

    The record says that it was done at the machine's console.
    """
    actor = replace(person(user), purpose="console")
    if name is None:
        portal.end(actor=actor, party=party, email=email)
        return f"{email}  已停用 / ended"
    made = portal.invite(actor=actor, party=party, name=name, email=email)
    return f"{email}  {made.password}"


def person(user: str | None) -> Actor:
    """Return the person who asks: the named one, or the machine's own console as auditor."""
    if user is None:
        return console_actor(entity(), now_utc())
    found = Person.objects.filter(username=user, is_active=True).first()
    if found is None:
        raise Refused(
            "PERSON", "没有可用的登录名 %(user)s。", "请核对 --as;演示账号在启动时列出。", user=user
        )
    return actor_for(found, now_utc())


def list_rows(
    as_of: date, *, user: str | None, known_at: int | None, kind: str | None, everything: bool
) -> list[dict[str, Any]]:
    """Return the list as the person may see it."""
    return listing.list_units(
        actor=person(user), entity=entity(), as_of=as_of, known_at=known_at, kind=kind, everything=everything
    )


def explain(unit: str, as_of: date, *, user: str | None, known_at: int | None, form: str) -> str:
    """Return the explanation of a unit's tier as text (``zh``, ``en``) or ``json``."""
    found, answer = listing.why(
        actor=person(user), entity=entity(), unit=unit, as_of=as_of, known_at=known_at
    )
    source = {"run": answer.run_id, "load": answer.load.load_id, "known_on": answer.load.as_of.isoformat()}
    if form == "json":
        return json.dumps({**found.as_json(), **source}, ensure_ascii=False, indent=1)
    return f"{render(found, form)}\nrun {source['run']} · load {source['load']} ({source['known_on']})\n"


def compare(unit: str, first: date, last: date, *, user: str | None, form: str) -> str:
    """Return what moved between two days of a unit, and what would bring its tier back."""
    return twodays.compare(person(user), entity(), unit, first, last, form=form)
