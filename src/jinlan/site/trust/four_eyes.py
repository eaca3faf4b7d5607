"""P16: nothing that needs other eyes happens by one person, twice, or otherwise than it was checked.

A random walk over requests for three acts, by people alone and by many at once, each on a connection of his own; after every
step the database is compared with a small model. And a walk over roles: nobody ever holds two duties that are kept apart.
"""

from __future__ import annotations

import inspect
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import connection

from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.kernel.acts import ACTS
from jinlan.site.trust import eyes_model
from jinlan.site.trust.arena import Admin, statement
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.duties_walk import DutiesWalk
from jinlan.site.trust.eyes_model import Content, Model, Request
from jinlan.site.trust.eyes_stage import PEOPLE, REASON, TEAM, Stage
from jinlan.work import services
from jinlan.work.rules import why_not

DONE = {"strategy.tier_overridden": "strategy.override_tier", "gifts.waived": "gifts.waive", "resource.export_granted": "resource.export_large"}  # fmt: skip
TELLS = {"strategy.override_tier": ("tier", "reason_code", "expires"), "gifts.waive": ("gift", "reason"), "resource.export_large": ("purpose", "kind", "reason")}  # fmt: skip
RACES = 12  # one step in so many is taken by many at once
MODEL_LINES = sum(bool(line.strip()) for line in inspect.getsource(eyes_model).splitlines())
Call = Callable[[], Any]


@dataclass
class Found:
    """What was tried and what was wrong."""

    steps: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    races: int = 0
    threads: int = 0
    wrong: list[str] = field(default_factory=list)


class Walk:
    """Takes steps in the product and in the model, and compares."""

    def __init__(self, bank: Bank, admin: Admin, *, seed: int, threads: int) -> None:
        self.bank, self.admin = bank, admin
        self.dice = random.Random(seed)  # noqa: S311  a test's dice
        self.found = Found(threads=threads)
        self.pool = ThreadPoolExecutor(threads)
        self.stage = Stage(bank, self.dice)
        self.model = Model({name: set(roles) for name, roles in PEOPLE.items()}, {self.stage.unit: set(TEAM)})
        self.asked: dict[Request, UUID] = {}
        self.duties = DutiesWalk(bank, self.dice, self.found.wrong)
        self.seen = self._last_entry()
        self.does: dict[str, tuple[int, Call]] = {
            "ask": (6, self._ask), "speak": (14, self._speak), "take back": (1, self._take_back), "edit": (2, self._edit), "time passes": (1, self._age),
            "content forged": (1, self._forge), "object changes": (1, self._move), "alone": (1, self._alone), "role": (4, self.duties.step),
        }  # fmt: skip
        self.together: dict[str, Call] = {
            "race of words": self._race_words, "race of askers": self._race_askers, "double submit": self._race_key, "race of roles": self._race_roles,
        }  # fmt: skip

    def run(self, steps: int) -> Found:
        """Take steps."""
        weights = [weight for weight, _do in self.does.values()]
        for number in range(steps):
            race = number % RACES == RACES - 1
            name = (
                self.dice.choice(list(self.together))
                if race
                else self.dice.choices(list(self.does), weights)[0]
            )
            (self.together[name] if race else self.does[name][1])()
            self.found.steps[name] += 1
            self._compare(name)
        self.found.races = sum(self.found.steps[name] for name in self.together)
        self.found.ends.update(one.state for one in self.asked)
        self._at_the_end()
        self._close()
        return self.found

    def _call(self, call: Call) -> Any:
        """Return what came of it: a result, or "no" for a refusal; anything else that is raised is a fault."""
        try:
            return call()
        except Refused:
            return "no"
        except Exception as error:  # noqa: BLE001  whatever else comes would be a failure on a page
            return f"failed: {type(error).__name__} {str(error)[:90]}"

    def _expect(self, what: str, said: Any, must: Any) -> None:
        if said != must:
            self.found.wrong.append(f"{what}: {said} instead of {must}")

    def _propose(self, who: str, act: str, payload: dict[str, str]) -> Call:
        return lambda: (
            services.propose(actor=self.stage.actor(who), act=act, payload=payload, reason=REASON).public_id
        )

    def _decide(self, who: str, one: Request, *, yes: bool) -> Call:
        return lambda: (
            services.decide(
                actor=self.stage.actor(who), approval=self.asked[one], approves=yes, reason=REASON
            ).state
        )

    def _withdraw(self, who: str, one: Request) -> Call:
        return lambda: (
            services.withdraw(actor=self.stage.actor(who), approval=self.asked[one], reason=REASON).state
        )

    def _ask(self) -> None:
        act, who = self.dice.choice(list(TELLS)), self.dice.choice(list(PEOPLE))
        self._asks(who, act, *self.stage.content(act))

    def _asks(self, who: str, act: str, payload: dict[str, str], thing: str) -> None:
        said = self._call(self._propose(who, act, payload))
        one = self.model.ask(who, act, _content_of(payload), thing)
        if one is not None and isinstance(said, UUID):
            self.asked[one] = said
        else:
            self._expect(f"{who} asks for {act}", said, "no" if one is None else "a request")

    def _some(self) -> Request | None:
        """Return a request, mostly one that waits."""
        known = list(self.asked)
        waits = [one for one in known[-60:] if one.state == "open"]
        return self.dice.choice(waits if waits and self.dice.random() < 0.9 else known) if known else None

    def _speak(self) -> None:
        if one := self._some():
            who = one.maker if self.dice.random() < 0.2 else self.dice.choice(list(PEOPLE))
            yes = self.dice.random() < 0.85
            said = self._call(self._decide(who, one, yes=yes))
            self._expect(
                self._told(who, one, "agrees" if yes else "refuses"),
                said,
                self.model.speak(who, one, yes=yes),
            )

    def _told(self, who: str, one: Request, does: str) -> str:
        return f"{who} ({'maker' if who == one.maker else 'spoke before' if who in one.spoke else 'other'}) {does} at stage {one.stage} of {one.act} that is {one.state}"

    def _take_back(self) -> None:
        if one := self._some():
            who = one.maker if self.dice.random() < 0.7 else self.dice.choice(list(PEOPLE))
            said = self._call(self._withdraw(who, one))
            self._expect(self._told(who, one, "takes back"), said, self.model.take_back(who, one))

    def _edit(self) -> None:
        """Editing is taking back and asking anew; what was said of the old content counts for nothing."""
        if (one := self._some()) and one.state == "open":
            said = self._call(self._withdraw(one.maker, one))
            self._expect(self._told(one.maker, one, "edits"), said, self.model.take_back(one.maker, one))
            self._asks(one.maker, one.act, *self.stage.content(one.act))

    def _behind(self, sql: str, *values: Any) -> None:
        """Change a row as no application can: with the triggers off."""
        self.admin.execute("set session_replication_role = replica")
        self.admin.execute(statement(sql), values)
        self.admin.execute("set session_replication_role = origin")

    def _age(self) -> None:
        if one := self._some():
            self._behind(
                "update work_approval set expires_at = now() - interval '1 minute' where public_id = %s",
                self.asked[one],
            )
            one.late = True

    def _forge(self) -> None:
        if one := self._some():
            self._behind(
                'update work_approval set payload = payload || \'{"reason": "another"}\' where public_id = %s',
                self.asked[one],
            )
            one.forged = True

    def _move(self) -> None:
        """Change what requests are about."""
        number = self.dice.randrange(2, 9)
        gift, tier = self.dice.choice(self.stage.gifts), f"T{number}"
        self.stage.move(gift, number, tier)
        self.model.versions |= {gift: f"{number}.00", self.stage.unit: tier}

    def _alone(self) -> None:
        """Call an act past everybody."""
        act, who = self.dice.choice(list(TELLS)), self.dice.choice(list(PEOPLE))
        payload, _thing = self.stage.content(act)
        self._expect(
            f"{who} does {act} alone",
            self._call(lambda: ACTS[act](actor=self.stage.actor(who), **payload)),
            "no",
        )

    def _at_once(self, calls: list[Call]) -> list[Any]:
        """Let many call at the same moment, each on a connection of his own."""
        gate = Barrier(len(calls))

        def one(call: Call) -> Any:
            gate.wait()
            return self._call(call)

        said = list(self.pool.map(one, calls))
        self.found.wrong += [f"at once: {word}" for word in said if str(word).startswith("failed")]
        return said

    def _race_words(self) -> None:
        """Many speak at once; what stands afterwards must be what some order of them gives."""
        open_ = [
            one for one in list(self.asked)[-60:] if one.state == "open" and not one.late and not one.forged
        ]
        if not open_:
            return
        one = self.dice.choice(open_)
        calls = []
        for who in self.dice.choices(list(PEOPLE), k=self.found.threads):
            kind = self.dice.choices(("yes", "no", "back"), (10, 1, 1))[0]
            calls.append(
                self._withdraw(one.maker, one)
                if kind == "back"
                else self._decide(who, one, yes=kind == "yes")
            )
        self._at_once(calls)
        self._replay(one)

    def _replay(self, one: Request) -> None:
        """Say in the model what the database kept of a race."""
        spoken = self.admin.execute(
            "select k.username, d.approves, a.state from work_approval a left join work_decision d on d.approval_id = a.id "
            "left join kernel_person k on k.id = d.person_id where a.public_id = %s order by d.stage", [self.asked[one]],
        ).fetchall()  # fmt: skip
        state = spoken[0][2]
        for username, yes, _state in spoken:
            who = (username or "").removeprefix("eyes-")
            if who and who not in one.spoke:
                told = self._told(who, one, "spoke in a race")
                if self.model.speak(who, one, yes=yes) == "no":
                    self.found.wrong.append(f"{told}: it counted")
        if (
            state == "void" and one.state == "open"
        ):  # taken back, or spoken about after what it is about had changed
            one.state = "void"
        self._expect(f"a race about {one.act}", state, one.state)

    def _race_askers(self) -> None:
        """The same is asked for by many: one request stands."""
        act = "gifts.waive"
        payload, thing = self.stage.content(act)
        before = self.model.waits(act, _content_of(payload))
        who = [
            self.dice.choice(("manager", "assistant", "dept1", "dept2")) for _ in range(self.found.threads)
        ]
        said = self._at_once([self._propose(name, act, payload) for name in who])
        made = [(name, key) for name, key in zip(who, said, strict=True) if isinstance(key, UUID)]
        self._expect("the same asked for at once, requests made", len(made), 0 if before else 1)
        for name, key in made[:1]:
            if one := self.model.ask(name, act, _content_of(payload), thing):
                self.asked[one] = key

    def _race_key(self) -> None:
        """One form sent many times at once: it is done once, and every sending is answered with what was done."""
        key = str(uuid7())
        asked = {
            "unit": self.bank.unit_ids[self.stage.unit],
            "what": key,
            "kind": "TEA",
            "value": 5,
            "given_on": self.bank.today,
        }
        said = self._at_once(
            [lambda: ACTS["gifts.give"].once(key, actor=self.stage.actor("manager"), **asked)]
            * self.found.threads
        )
        (rows,) = self.admin.execute("select count(*) from gifts_gift where what = %s", [key]).fetchone() or (
            0,
        )
        self._expect("one form sent at once, rows", rows, 1)
        self._expect("one form sent at once, answers", len(set(said)), 1)

    def _race_roles(self) -> None:
        self.duties.settle(self._at_once(self.duties.rivals(self.found.threads)))

    def _last_entry(self) -> int:
        (found,) = self.admin.execute("select coalesce(max(id), 0) from kernel_auditentry").fetchone() or (0,)
        return int(found)

    def _compare(self, step: str) -> None:
        """What was done since the last step is what the model did, each once."""
        rows = self.admin.execute(
            "select id, verb, object_id, after, reason from kernel_auditentry where id > %s and verb = any(%s) order by id", [self.seen, list(DONE)],
        ).fetchall()  # fmt: skip
        done: Counter[tuple[str, Content]] = Counter()
        for key, verb, about, after, reason in rows:
            self.seen, act = key, DONE[verb]
            told = {**(after or {}), "reason": reason} | ({"gift": about} if act == "gifts.waive" else {})
            done[act, tuple((name, str(told.get(name))) for name in TELLS[act])] += 1
            if act == "gifts.waive":
                self.model.versions[about] = "0.01"
        must = Counter(
            {
                (act, tuple((name, dict(content)[name]) for name in TELLS[act])): count
                for (act, content), count in self.model.effects.items()
            }
        )
        self.model.effects.clear()
        if done != must:
            extra, missing = list((done - must).elements()), list((must - done).elements())
            self.found.wrong.append(
                f"{step}: done without being checked {extra[:2]}, checked without being done {missing[:2]}"
            )

    def _at_the_end(self) -> None:
        """What no step may have left behind, asked of the tables."""
        for what, sql in FINAL.items():
            (count,) = self.admin.execute(statement(sql)).fetchone() or (0,)
            if count:
                self.found.wrong.append(f"at the end: {count} {what}")

    def _close(self) -> None:
        """Close every connection."""
        gate = Barrier(self.found.threads)

        def close(_number: int) -> None:
            gate.wait()
            connection.close()

        list(self.pool.map(close, range(self.found.threads)))
        self.pool.shutdown()
        connection.close()


FINAL = {
    "self-approvals": "select count(*) from work_decision d join work_approval a on a.id = d.approval_id where d.person_id = a.maker_id",
    "people who spoke twice": "select count(*) from (select from work_decision group by approval_id, person_id having count(*) > 1) as x",
    "requests done without every stage": "select count(*) from work_approval a where state = 'done' and jsonb_array_length(stages) <> "
    "(select count(*) from work_decision d where d.approval_id = a.id and approves)",
    "requests done after a no": "select count(*) from work_approval a where state = 'done' and exists "
    "(select from work_decision d where d.approval_id = a.id and not approves)",
    "open doubles": "select count(*) from (select from work_approval where state = 'open' group by act, payload_hash having count(*) > 1) as x",
    "people who join duties": "select count(*) from kernel_rolegrant a join kernel_rolegrant b on a.person_id = b.person_id and a.id < b.id "
    "and daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to) and (a.role <> b.role) "
    "and (a.role in ('system_admin', 'security_admin', 'audit_admin') or b.role in ('system_admin', 'security_admin', 'audit_admin'))",
}


def _content_of(payload: dict[str, str]) -> Content:
    return tuple(sorted(payload.items()))


def prove(bank: Bank, admin: Admin, *, steps: int, threads: int, seed: int) -> Found:
    """Run P16 on the connected database."""
    return Walk(bank, admin, seed=seed, threads=threads).run(steps)


@contextmanager
def one_pair_of_eyes(admin: Admin) -> Iterator[None]:
    """Plant the canary: nobody compares maker and checker, neither the rule nor the table."""
    admin.execute("alter table work_decision drop constraint decision_four_eyes")
    with patch.object(services, "why_not", lambda actor, request: why_not(actor, replace(request, maker=0))):
        yield
