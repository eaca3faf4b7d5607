"""P10, mass assignment: what a form or an operation does not ask for is not written, whoever sends it.

Every form is sent once as a person would. The rows that it wrote tell which tables it is about: then it is sent again with a
value for every column of theirs that it does not ask for, and no row may hold such a value. Every operation of the API is sent every
column of its list that it does not know, one at a time: each must be named in a refusal, and nothing may be written.
"""
# ruff: noqa: S608  statements are made here of names in the catalogue, never of input

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from unittest.mock import patch

from django.apps import apps
from django.db import models
from django.test import Client, override_settings

from jinlan.basics.ids import uuid7
from jinlan.kernel.resource import row_pages
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.kernel.scope import scoped
from jinlan.site.trust import odd
from jinlan.site.trust.arena import Admin, statement
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.hostile import Hostile, Operation
from jinlan.site.trust.probing import MAY_CHANGE
from jinlan.site.trust.ways_out import LISTED

WHO = ("lead", "dept", "compliance", "security", "admin", "audits", "risk", "head_bj", "member")
TRIES = 60  # people, things and values with which a form is sent until it is taken
# Where the form of an address stands that has no page of its own, or what it asks for.
FORM_ON = {"people-switch": "person", "notices-open": "notices", "notices-read": "notices"}
ASKED: dict[str, odd.Fields] = {
    "decide": {"say": ["yes", "no"], "reason": [odd.REASON]},
    "preferences": {"theme": ["dark", "light"], "language": ["en"], "width": ["wide"], "rail": ["narrow"], "next": ["/"]},
    "views": {"name": [""], "query": ["view=all"], "role": [""], "pinned": [""], "drop": [""]},
}  # fmt: skip
BODY = re.compile(r"<main.*", re.DOTALL)  # the form of an address stands there, others beside it
# An audit entry or a session at most; or it needs a password or a device.
WRITES_NOTHING = re.compile(
    r"-file$|^(home|signin|signin-code|account-(confirm|passkeys|password|end-session)|client-identity|record-verify)$"
)
# Columns of few values that follow from what is asked for under another name, or from the address: they may agree by chance.
FOLLOWS = frozenset(
    (
        "work_decision.approves",
        "work_decision.approval_id",
        "kernel_job.state",
        "kernel_rowchange.op",
        "kernel_apitoken.use",
        "engagement_care.state",
        "engagement_gift.state",
        "kernel_notice.person_id",  # the one who is told, of the row that is decided
    )
)
MARK, DAY, NUMBER = "forged", "2001-02-03", 7777
Rows = dict[str, dict[str, dict[str, Any]]]  # table -> key -> row
Values = dict[str, str]


@dataclass
class Found:
    """What was sent and what was wrong."""

    forms: int = 0
    operations: int = 0
    pairs: int = 0  # of a form or an operation and a column that it does not offer
    silent: list[str] = field(default_factory=list)  # addresses that wrote nothing, whatever was sent
    wrong: list[str] = field(default_factory=list)


class Forger(Hostile):
    """Sends forms and operations with more than they ask for."""

    def __init__(self, bank: Bank, admin: Admin, seed: int, only: frozenset[str]) -> None:
        ids = {code: str(key) for code, key in (bank.unit_ids | bank.party_ids).items()}
        self.members = [(ids[unit], ids[party]) for unit, party in sorted(bank.facts.members)]
        super().__init__(bank, seed, only)
        self.members = [one for one in self.members if one[0] in self.units] or self.members
        self.admin, self.told = admin, Found()
        self.met: list[str] = []  # who was answered by the form that is being sent
        self.pages: set[str] = set()  # that take no form
        self.models: dict[str, type[models.Model]] = {one._meta.db_table: one for one in apps.get_models()}
        named = admin.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1"
        ).fetchall()
        self.tables = [str(row[0]) for row in named if not str(row[0]).startswith(MAY_CHANGE)]

    def rows(self, tables: list[str], since: int = 0) -> Rows:
        """Return the rows of some tables, those that were written since a transaction."""
        if not tables:
            return {}
        parts = " union all ".join(
            f"select '{one}', to_jsonb(t) from {one} t where xmin::text::bigint >= {since}" for one in tables
        )
        found: Rows = {}
        for table, row in self.admin.execute(statement(parts)).fetchall():
            found.setdefault(table, {})[str(row.get("id", row))] = row
        return found

    def now(self) -> int:
        """Return the number of a transaction that begins now."""
        row: Any = self.admin.execute("select pg_current_xact_id()::text::bigint").fetchone()
        return int(row[0])

    def forms_sent(self) -> None:
        """Send every form."""
        for name in sorted(self.routes):
            if name.startswith("api:") or WRITES_NOTHING.search(name):
                continue
            plain = self._taken(name)
            if plain is None:
                self.told.silent += [name] if name not in self.pages else []
                continue
            self._forge(name, *plain)

    def _taken(self, name: str) -> tuple[str, str, odd.Fields, Rows] | None:
        """Send a form as a person would until it is taken; return who sent it where, what it asks for, and what it wrote."""
        for who, url in self._places(name):
            offered = self._offered(name, who, url)
            values, browser, since = (
                self._values(offered),
                self.client(who),
                self.now(),
            )  # in this order: signing in writes too
            answer = browser.post(url, values)
            if answer.status_code == 405:
                self.pages.add(name)
                break
            if answer.status_code in (200, 302) and (wrote := self.rows(self.tables, since)):
                return who, url, offered, wrote
            self.met = [*self.met, who] if answer.status_code != 404 else self.met
        return None

    def _places(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield who sends a form where: everybody in turn, then mostly those to whom it answers."""
        self.met = []
        for number in range(TRIES):
            who = WHO[number % len(WHO)] if number < 2 * len(WHO) else self.dice.choice(self.met or WHO)
            yield who, self.path(name)

    def _offered(self, name: str, who: str, url: str) -> odd.Fields:
        """Return what the form of an address asks for."""
        for tail, fields in ASKED.items():
            if name.endswith(tail):
                return fields
        place = re.sub(r"/[a-z-]+$", "", url) if name in FORM_ON else url
        if name.endswith("-many"):
            place += self._chosen(name.removesuffix("-many"))
        answer = self.client(who).get(place)
        page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
        found = BODY.search(answer.content.decode()) if page else None
        return odd.fields_of(found[0]) if found else {}

    def _chosen(self, name: str) -> str:
        """Return the query that asks for an action on some rows."""
        actions = [one.name for one in RESOURCES[name].acts() if one.bulk]
        rows = [str(key) for thing, key in self.bank.thing_ids.items() if thing.startswith(f"{name}:")]
        return f"?action={self.dice.choice(actions)}&" + "&".join(
            f"row={one}" for one in self.dice.sample(rows, min(8, len(rows)))
        )

    def path(self, name: str) -> str:
        """Return an address, of a member of a unit where it names both."""
        route = self.routes[name]
        if "<uuid:public_id>" not in route or "<uuid:party>" not in route:
            return super().path(name)
        unit, party = self.dice.choice(self.members)
        return "/" + route.replace("<uuid:public_id>", unit).replace("<uuid:party>", party)

    def _values(self, offered: odd.Fields) -> Values:
        """Return what a person could send; the key is new each time, or the first answer would come again."""
        unit, party = self.dice.choice(self.members)
        day = self.bank.today + timedelta(days=60)
        # What only somebody who knows what is meant would write.
        meant = {
            "key": str(uuid7()), "unit": unit, "party": party, "url": f"https://{LISTED}/x", "secret": "s" * 40, "verbs": "kernel.", "recipient": "",
            "evidence": odd.REASON * 2, "username": f"u{self.dice.getrandbits(40):x}", "name": f"n{self.dice.getrandbits(40):x}", "employee": "", "expires": f"{day}", "given_at": "",
            "given_on": f"{self.bank.today}", "planned_at": f"{day}T10:30", "phone": "13800138000", "until": "", "branch": "", "email": "",
        }  # fmt: skip
        given = {
            name: self.dice.choice([one for one in values if one] or values)
            for name, values in offered.items()
        }
        return given | {
            name: value for name, value in meant.items() if name in offered and len(offered[name]) < 2
        }

    def _forge(self, name: str, who: str, url: str, offered: odd.Fields, wrote: Rows) -> None:
        """Send it again with every column that it does not ask for, and judge every row that is written then."""
        forged: dict[str, dict[str, str]] = {}
        for table, rows in wrote.items():
            model = self.models.get(table)
            plain = next(iter(rows.values()))
            if model is not None:
                forged[table] = {
                    column: value for column, value in self._columns(model, plain) if column not in offered
                }
        extra = {column: value for columns in forged.values() for column, value in columns.items()}
        before = self.rows(list(wrote))
        for sent_by, place in ((who, url), *self._places(name)):
            values, browser, since = (
                self._values(self._offered(name, sent_by, place)),
                self.client(sent_by),
                self.now(),
            )
            answer = browser.post(place, values | extra)
            if answer.status_code >= 500:
                self.told.wrong.append(
                    f"{sent_by} POST {place} with fields that it does not ask for: answered {answer.status_code}"
                )
            if written := self.rows(self.tables, since):
                self.told.forms += 1
                self.told.pairs += len(extra)
                self._judge_rows(f"{sent_by} POST {name}", extra, before, written)
                return
            self.met = [*self.met, sent_by] if answer.status_code != 404 else self.met
        self.told.silent.append(f"{name} (a second time)")

    def _judge_rows(self, what: str, extra: dict[str, str], before: Rows, written: Rows) -> None:
        for table, rows in written.items():
            for key, row in rows.items():
                old = before.get(table, {}).get(key, {})
                for column, value in row.items():
                    sent = extra.get(column) or extra.get(str(column).removesuffix("_id"))
                    same = sent is not None and took(value, sent) and not took(old.get(column), sent)
                    same = same and f"{table}.{column}" not in FOLLOWS
                    if same or (MARK in json.dumps(value) and MARK not in json.dumps(old.get(column))):
                        self.told.wrong.append(
                            f"{what}: {table}.{column} holds what was sent without being asked for"
                        )

    def _columns(self, model: type[models.Model], plain: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield every name of a column with a value that is not the row's."""
        for one in model._meta.concrete_fields:
            value = self._other(one, plain.get(str(one.column)))
            yield one.name, value
            if one.attname != one.name:
                yield one.attname, value

    def _other(self, one: Any, value: Any) -> str:
        if one.name == "entity":
            return "OTH"
        if one.choices:
            return next((str(code) for code, _word in one.choices if str(code) != str(value)), MARK)
        if isinstance(one, models.ForeignKey):
            return self._key_of(one, value)
        by_type: tuple[tuple[Any, str], ...] = (
            (models.BooleanField, "false" if value else "true"), (models.DateTimeField, f"{DAY}T04:05:06Z"), (models.DateField, DAY),
            (models.UUIDField, str(uuid7())), (models.IntegerField | models.DecimalField, str(NUMBER)), (models.JSONField, json.dumps({MARK: 1})),
        )  # fmt: skip
        made = next(
            (text for kind, text in by_type if isinstance(one, kind)), MARK + f"{self.dice.getrandbits(40):x}"
        )
        return made[: one.max_length] if getattr(one, "max_length", None) and made.startswith(MARK) else made

    def _key_of(self, one: Any, value: Any) -> str:
        """Return the key of another row of what a column points to."""
        other = one.related_model._meta
        found = self.admin.execute(
            statement(
                f"select {other.pk.column} from {other.db_table} where {other.pk.column}::text <> %s limit 1"
            ),
            [str(value)],
        ).fetchone()
        return str(found[0]) if found else str(NUMBER)

    def operations_sent(self, only: frozenset[str]) -> None:
        """Send every operation every column that it does not know."""
        for one in self.operations:
            name = one.path.removeprefix("/api/v1/").partition("/")[0]
            if one.schema is None or name not in RESOURCES or (only and f"api:{name}" not in only):
                continue
            opened = self._opened(one, name)
            if opened is None:
                self.told.silent.append(f"{one.method} {one.path}")
                continue
            self.told.operations += 1
            self._each(one, name, *opened)

    def _opened(self, one: Operation, name: str) -> tuple[str, str] | None:
        """Return who may send an operation, and where."""
        about = f"api:{name}-one" if "{" in one.path else f"api:{name}"
        for number in range(TRIES * 2):
            who = WHO[number % len(WHO)]
            url = re.sub(r"\{[^}]*\}", lambda _hole: self.part(about, "public_id"), one.path)
            if _sent(self.client(who), one, url, {MARK: 1}).status_code == 422:
                return who, url
        return None

    def _each(self, one: Operation, name: str, who: str, url: str) -> None:
        shape: Any = one.schema
        known = set(self.shapes[shape["$ref"].rpartition("/")[2]]["properties"]) if "$ref" in shape else set()
        columns = [pair for pair in self._columns(RESOURCES[name].model, {}) if pair[0] not in known]
        for column, value in columns:
            body = odd.plausible(self.dice, shape, self.shapes, self.units) | {column: value}
            browser, since = self.client(who), self.now()  # in this order: signing in writes too
            answer = _sent(browser, one, url, body)
            self.told.pairs += 1
            told = answer.json() if answer["Content-Type"].endswith("json") else {}
            named = any(error.get("field") == column for error in told.get("errors", ()))
            if answer.status_code != 422 or not named:
                self.told.wrong.append(
                    f"{who} {one.method} {one.path} with {column}: answered {answer.status_code} without naming it"
                )
            if written := self.rows(self.tables, since):
                self.told.wrong.append(
                    f"{who} {one.method} {one.path} with {column}: wrote {', '.join(written)}"
                )


def _sent(browser: Client, one: Operation, url: str, body: Any) -> Any:
    key = {"Idempotency-Key": str(uuid7())}
    return browser.generic(one.method, url, json.dumps(body), "application/json", headers=key)


def took(value: Any, sent: str) -> bool:
    """Tell whether a column holds what was sent."""
    if value is None or isinstance(value, dict | list):
        return False
    if isinstance(value, bool):
        return str(value).lower() == sent
    try:
        return Decimal(str(value)) == Decimal(sent)
    except InvalidOperation:
        return str(value) == sent or (sent.startswith(DAY) and str(value).startswith(DAY))


def prove(bank: Bank, admin: Admin, *, seed: int, only: frozenset[str] = frozenset()) -> Found:
    """Send every form and operation; with `only`, these addresses."""
    forger = Forger(bank, admin, seed, only)
    forger.dice = random.Random(seed)  # noqa: S311  a test's dice
    admin.execute("update kernel_job set state = 'dead' where id % 2 = 0")  # some to try again
    with override_settings(JINLAN_OUTGOING_HOSTS=frozenset((LISTED,))):
        forger.forms_sent()
        forger.operations_sent(only)
    return forger.told


@contextmanager
def passed_on() -> Iterator[None]:
    """Plant the canary: a form whose page writes every text that has the name of a column, as a form made of a model would."""
    asked = row_pages.FormPage._do

    def does(page: Any, action: Any, public_id: Any, form: Any) -> Any:
        outcome = asked(page, action, public_id, form)
        model = page.resource.model
        texts = {
            one.name
            for one in model._meta.concrete_fields
            if isinstance(one, models.CharField) and not one.choices and one.name != "entity"
        }
        more = {
            name: value
            for name, value in page.request.POST.items()
            if name in texts and name not in form.fields
        }
        with scoped(page.actor, write=True):
            model._default_manager.filter(public_id=public_id).update(**more)
        return outcome

    with patch.object(row_pages.FormPage, "_do", does):
        yield
