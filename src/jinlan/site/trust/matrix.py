"""P1: what every address must answer, by method, person and relation to the object. An address without a row fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from jinlan.kernel.resource.declare import RESOURCES
from jinlan.site.trust.facts import Row
from jinlan.site.trust.lists import HOUSE_LISTS, LISTS_OF_UNITS, OWN_LISTS, rows_of_lists

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
ALL = frozenset(
    (
        "manager",
        "private_banker",
        "branch_head",
        "dept_head",
        "risk",
        "compliance",
        "auditor",
        "system_admin",
        "security_admin",
        "audit_admin",
    )
)
OPERATIONS, SECURITY, AUDITS = (
    frozenset((one,)) for one in ("system_admin", "security_admin", "audit_admin")
)
ADMINISTRATORS = OPERATIONS | SECURITY | AUDITS
READERS = ALL - ADMINISTRATORS
HEADS = READERS - {"manager", "private_banker"}
BANK = HEADS - {"branch_head"}
EVERY_METHOD = dict.fromkeys(METHODS, (302, 302))
LISTS = ("", "view=all", "view=mine", "view=all&as=matrix", "view=borderline", "view=decide&sort=name", "view=all&kind=GROUP&sort=-aum",
         "view=all&cell=11", "view=all&cursor=W10", "view=all&as_of=2000-01-01", "view=all&overdue=1&gate=1")  # fmt: skip
PROPOSERS = frozenset(("manager", "private_banker", "branch_head", "dept_head"))
MANAGERS = frozenset(("manager", "private_banker"))
CHAIRS = frozenset(("dept_head", "risk"))
HEAD_OF_DEPARTMENT = frozenset(("dept_head",))
SPLITTERS = frozenset(("dept_head", "branch_head"))
SAYERS, SAYINGS = (
    frozenset(("manager", "private_banker", "compliance")),
    ("record", "withdraw", "suppress", "restore"),
)
UNMASKERS, NEVER_PLAIN = READERS - {"auditor"}, frozenset(("auditor", *ADMINISTRATORS))
POSTED = frozenset(("POST",))
OWN_FORM = {
    "GET": (302, 200),
    "HEAD": (302, 200),
    "POST": (302, 200),
}  # a body without what is needed changes nothing
MATRIX: dict[str, Row] = {
    "home": Row(public=EVERY_METHOD),
    "signin": Row(public={"GET": (200, 302), "HEAD": (200, 302), "POST": (200, 302), "PUT": (200, 302), "PATCH": (405, 302), "OPTIONS": (200, 302),
                          "DELETE": (405, 302)}),
    "signin-oidc": Row(public={"GET": (404, 404)}),  # not configured
    "signin-oidc-back": Row(public={"GET": (404, 404)}),
    "signout": Row(public={"POST": (302, 302), "OPTIONS": (200, 200)}),
    "preferences": Row(public={"POST": (302, 302)}),
    "day-beside": Row(PROPOSERS, queries=("", "starts_at=2026-10-01T10:00", "starts_at=2999-99-99T10:00", "starts_at=%27", "starts_at=0001-01-01T00:00")),
    # Opens by its secret alone, with or without a session; no session opens it without.
    "calendar-feed": Row(public={"GET": (404, 404), "HEAD": (404, 404)}, codes=("x", "jl_x", "jlc_" + "x" * 43, "jlc_%27")),
    "manifest": Row(public={"GET": (200, 200), "HEAD": (200, 200)}),
    "worker": Row(public={"GET": (200, 200), "HEAD": (200, 200)}),
    "offline-zh": Row(public={"GET": (200, 200), "HEAD": (200, 200)}),
    "offline-en": Row(public={"GET": (200, 200), "HEAD": (200, 200)}),
    "offline-key": Row(PROPOSERS),
    "offline-send": Row(PROPOSERS, answers={"POST": 422}),  # a body that is no letter
    "offline-open": Row(PROPOSERS, answers={"POST": 422}),
    "filling": Row(public={"GET": (200, 200)}),
    "clients": Row(READERS, queries=LISTS),
    "clients-filters": Row(READERS, queries=("", "view=all")),
    "client": Row(READERS, "header", queries=("", "trend=loan", "members=all")),
    "client-peek": Row(READERS, "figures"),
    "client-members": Row(READERS, "figures"),
    "client-accounts": Row(READERS, "header"),
    "client-value": Row(READERS, "header", queries=("", "months=3&line=capital", "months=%27&line=%27")),
    "client-statement": Row(READERS, "header", queries=("", "months=%27&line=%27")),
    "client-charter": Row(READERS, "figures"),
    "client-team": Row(READERS, "header"),
    "client-brief": Row(READERS, "header"),
    "client-brief-draft": Row(frozenset(), "header", answers={"POST": 404}),  # no model is named: not there for anybody
    "client-agreement": Row(READERS, "figures", queries=("", "number=1")),
    "client-agreement-card": Row(READERS, "figures"),
    "client-agreement-paper": Row(READERS, "figures", answers={"GET": 200, "HEAD": 200, "POST": 422}, queries=("", "number=1&kind=pdf", "paper=kept&kind=%27")),
    "client-agreement-entry": Row(PROPOSERS, "figures", answers={"GET": 200, "HEAD": 200, "POST": 422}, codes=("PURPOSE", "DEED", "MEASURE")),
    "client-agreement-measure": Row(PROPOSERS, "agreement", answers={"GET": 200, "HEAD": 200, "POST": 422}, codes=("x", "01a22d89-a150-79df-ab71-06e08b65346f")),
    "client-plan": Row(READERS, "figures", queries=("", "version=1")),
    "client-plan-card": Row(READERS, "figures"),
    # Every client of the made bank has a draft and no plan in force.
    "client-plan-entry": Row(PROPOSERS, "figures", answers={"GET": 200, "HEAD": 200, "POST": 422}, codes=("VISION", "ACTION", "CELL")),
    "client-plan-term": Row(PROPOSERS, "figures", answers={"GET": 200, "HEAD": 200, "POST": 422}),
    "client-plan-share": Row(READERS, "figures", answers={"GET": 200, "HEAD": 200, "POST": 302}, may={"POST": PROPOSERS}),
    # Whoever proved himself a moment ago; who did not is judged by UNPROVED.
    "client-plan-paper": Row(READERS, "figures", answers={"GET": 200, "HEAD": 200, "POST": 422}, queries=("", "version=1&kind=pdf", "paper=mutual&kind=%27")),
    "client-plan-review": Row(PROPOSERS, "plan", answers={"GET": 200, "HEAD": 200, "POST": 422}),
    "client-plan-measure": Row(PROPOSERS, "plan", answers={"GET": 200, "HEAD": 200, "POST": 422}, codes=("x", "01a22d89-a150-79df-ab71-06e08b65346f")),
    "client-people": Row(READERS, "header", queries=("", "reach=x")),
    "client-people-card": Row(READERS, "header"),
    "client-people-strength": Row(READERS, "header"),
    "client-people-draw": Row(PROPOSERS, "header", answers={"POST": 422}),  # a body that says nothing
    "client-trend": Row(READERS, "figures", codes=("aum", "loan"), queries=("", "format=csv")),
    "figure": Row(READERS, "figures", codes=("score", "aum"), by_member=True),
    "figure-rows": Row(READERS, "figures", codes=("aum",), by_member=True),
    "client-identities": Row(READERS, "header", queries=("", "members=all")),
    # Whoever proved himself a moment ago; who did not is judged by UNPROVED.
    "client-identity": Row(UNMASKERS, "member", never=NEVER_PLAIN, answers={"GET": 200, "HEAD": 200, "POST": 200}),
    "client-contact": Row(READERS, "header", queries=("", "members=all")),
    "client-contact-member": Row(READERS, "member", queries=("", "purpose=MARKETING&channel=SMS", "purpose=SERVICE&channel=%27&at=x")),
    **{f"client-say-{what}": Row(SAYERS, "member", answers={"GET": 200, "HEAD": 200, "POST": 422}) for what in SAYINGS},
    **{f"client-{what}": Row(PROPOSERS, "header", answers={"GET": 200, "HEAD": 200, "POST": 422}) for what in ("log", "promise")},
    "client-engagement": Row(READERS, "header"),
    "client-pipeline": Row(READERS, "header"),
    "client-timeline": Row(READERS, "header", queries=("", "kind=TASK", "kind=%27&who=%27", "before=x", "before=2026-11-01T00:00:00%2B08:00~task~7")),
    "client-interactions": Row(READERS, "header", queries=("", "kind=CALL", "kind=%27")),
    "interactions-one": Row(READERS, "interactions", answers={"GET": 200, "POST": 422}),
    "interaction-attach": Row(PROPOSERS, "interactions", answers={"POST": 422}),  # a body that brings no file
    "interaction-brief": Row(PROPOSERS, "interactions", answers={"GET": 200, "HEAD": 200, "POST": 422}),
    "attachment-content": Row(READERS, "attachments"),
    "api:attachments-content": Row(READERS, "attachments", stranger=401),
    "client-override": Row(PROPOSERS, "figures", answers={"GET": 200, "POST": 422}),
    "clients-file": Row(READERS, answers={"GET": 200, "POST": 422}, queries=("", "view=all", "view=mine&sort=name")),
    "approvals": Row(READERS | OPERATIONS),
    "approval": Row(READERS | OPERATIONS, "matter"),
    "approval-decide": Row(READERS | OPERATIONS, "matter", answers={"POST": 422}),
    "approval-file": Row(READERS | OPERATIONS, "file"),
    "committee": Row(BANK, "committee", queries=("", "show=all")),
    "committee-new": Row(CHAIRS, "committee", answers={"GET": 200, "POST": 422}),
    "meeting": Row(BANK, "meeting"),
    "meeting-do": Row(BANK, "meeting", answers={"POST": 404}),  # a body that says nothing
    "meeting-item": Row(BANK, "item"),
    "meeting-vote": Row(BANK - {"auditor"}, "item", answers={"POST": 422}),
    "meeting-close": Row(CHAIRS, "item", answers={"POST": 422}),
    "decision": Row(READERS, "decision"),
    "today": Row(MANAGERS, queries=("", "show=all")),
    "today-snooze": Row(MANAGERS, "task", answers={"POST": 302}),  # a body without a day is told so on the page
    "today-plan": Row(MANAGERS, "header", answers={"POST": 302}),  # likewise
    "today-hand": Row(MANAGERS, "task", answers={"GET": 200, "POST": 422}),
    "definitions": Row(READERS),
    "definition": Row(READERS, "definition", answers={"GET": 200, "POST": 422}, may={"POST": HEAD_OF_DEPARTMENT}),
    "definition-file": Row(READERS, "definition"),
    "definition-draft": Row(HEAD_OF_DEPARTMENT, answers={"POST": 302}),  # a body that says nothing
    "definition-weigh": Row(HEAD_OF_DEPARTMENT, "definition", answers={"POST": 200}),
    "definition-consequence": Row(BANK, "definition", answers={"GET": 200, "POST": 200}),
    "definition-sensitivity": Row(BANK, "definition", answers={"GET": 200, "POST": 200}),
    "definition-keep": Row(CHAIRS, "definition", answers={"POST": 422}),
    "definition-measure": Row(CHAIRS, "definition", answers={"POST": 302}, effects=POSTED),
    "definition-step": Row(CHAIRS, "definition", answers={"POST": 404}),
    "definition-trials": Row(BANK, "committee", queries=("", "kind=GROUP", "kind=HNW")),
    "client-between": Row(READERS, "figures", queries=("", "from=2999-01-01&to=2999-01-02", "from=x")),
    "api:clients-between": Row(READERS, "figures", stranger=401, queries=("before=2999-01-01&after=2999-01-02",)),
    "indicators": Row(BANK, "committee"),
    "indicator": Row(BANK, "committee", codes=("COVERED", "LOAD"), queries=("", "format=csv", "cases=all")),
    "api:indicators": Row(BANK, "committee", stranger=401, queries=("", "as_of=2000-01-01")),
    "find": Row(ALL),
    "department": Row(HEADS),
    "balance": Row(HEADS, queries=("", "show=all", "trial=")),
    "balance-accept": Row(frozenset({"branch_head", "dept_head"}), answers={"POST": 422}),
    "hand-over-book": Row(frozenset({"branch_head", "dept_head"}), answers={"GET": 200, "HEAD": 200, "POST": 422}),
    "rotation": Row(HEADS, queries=("", "show=all")),
    "pipeline": Row(READERS, queries=("", "owner=me", "owner=%27&branch=x&unit=x&product=x")),
    "pipeline-advance": Row(PROPOSERS, "opportunities", answers={"POST": 302}),  # a body that says nothing is told so on the page
    "charter": Row(READERS, queries=("", "lines=all")),
    "targets": Row(READERS, queries=("", "metric=entered", "year=2026&metric=loan", "of=BANK")),
    "targets-set": Row(HEAD_OF_DEPARTMENT, answers={"GET": 200, "POST": 422}),
    "targets-split": Row(SPLITTERS, answers={"GET": 200, "POST": 422}),
    "quality": Row(BANK | OPERATIONS),
    "runs": Row(BANK | OPERATIONS),
    "design": Row(ALL),
    "api:clients-one": Row(READERS, "figures", stranger=401),
    "api:api-root": Row(public=dict.fromkeys(METHODS, (404, 404))),
    "api:nothing": Row(public=dict.fromkeys(METHODS, (404, 404))),
    "api:openapi-json": Row(public={"GET": (401, 200)}),
    "signin-code": Row(public={"GET": (302, 302), "HEAD": (302, 302), "POST": (302, 302)}),
    "account": Row(public={"GET": (302, 200)}),
    "account-confirm": Row(public=OWN_FORM),
    "account-password": Row(public=OWN_FORM),
    "account-second-factor": Row(public=OWN_FORM),
    "account-passkeys": Row(public=OWN_FORM),
    "account-tokens": Row(public=OWN_FORM),
    # Whoever proved himself a moment ago; who did not is judged by UNPROVED.
    "account-calendars": Row(READERS, answers=dict.fromkeys(("GET", "HEAD", "POST"), 200)),
    "account-email": Row(public={"GET": (302, 200), "HEAD": (302, 200), "POST": (302, 302)}),
    "account-sessions": Row(ALL),
    "account-end-others": Row(ALL, answers={"POST": 302}, effects=POSTED),
    "account-end-session": Row(ALL, "session", answers={"POST": 302}, effects=POSTED),
    "notices": Row(ALL, queries=("", "before=9", "before=x")),
    "notices-count": Row(ALL),
    "notices-read": Row(ALL, answers={"POST": 302}, effects=POSTED),
    "notices-open": Row(ALL, "notices", answers={"POST": 302}, effects=POSTED),
    "people": Row(SECURITY, queries=("", "q=lead")),
    # Whoever proved himself a moment ago; who did not is judged by UNPROVED.
    "person-new": Row(SECURITY, answers=dict.fromkeys(("GET", "HEAD", "POST"), 200)),
    "person": Row(SECURITY, "person"),
    "people-switch": Row(SECURITY, "person", answers={"POST": 302}, effects=POSTED),
    "record": Row(frozenset({"auditor", "compliance", "audit_admin"}), "record", queries=("", "by=administrators&about=x")),
    "record-verify": Row(frozenset({"auditor", "compliance", "audit_admin"}), "record", answers={"POST": 302}, effects=POSTED),
}  # fmt: skip
MATRIX = rows_of_lists() | MATRIX
MEMBER = Row(READERS, "member")
# Addresses that first lead somebody to prove himself, before they look at anything but his role.
UNPROVED: dict[str, Row] = {
    "client-identity": Row(UNMASKERS, never=NEVER_PLAIN, answers={"GET": 302, "HEAD": 302, "POST": 302}),
    "client-plan-paper": Row(READERS, answers={"GET": 302, "HEAD": 302, "POST": 302}),
    "client-agreement-paper": Row(READERS, answers={"GET": 302, "HEAD": 302, "POST": 302}),
    "account-second-factor": Row(public=dict.fromkeys(("GET", "HEAD", "POST"), (302, 302))),
    "account-passkeys": Row(public=dict.fromkeys(("GET", "HEAD", "POST"), (302, 302))),
    "account-tokens": Row(public=dict.fromkeys(("GET", "HEAD", "POST"), (302, 302))),
    "account-calendars": Row(READERS, answers=dict.fromkeys(("GET", "HEAD", "POST"), 302)),
    "person-new": Row(SECURITY, answers=dict.fromkeys(("GET", "HEAD", "POST"), 302)),
    "approval-decide": Row(READERS | OPERATIONS, answers={"POST": 302}),
    "approval-file": Row(READERS | OPERATIONS, answers={"GET": 302}),
    "meeting-vote": Row(BANK, answers={"POST": 302}),
    "meeting-close": Row(BANK, answers={"POST": 302}),
} | {
    f"{name}-file": Row(MATRIX[f"{name}-file"].roles, answers={"GET": 302, "POST": 302}) for name in RESOURCES
}
# What names a thing in an address, by the kind of thing.
NAMED_BY = dict.fromkeys((*LISTS_OF_UNITS, *OWN_LISTS, *HOUSE_LISTS), "public_id") | {
    "notices": "notice",
    "matter": "public_id",
    "file": "public_id",
    "session": "session",
    "meeting": "public_id",
    "item": "public_id",
    "decision": "public_id",
    "task": "public_id",
    "definition": "public_id",
    "person": "person",
}
HOME_ROLELESS = Row(public=dict.fromkeys(METHODS, (302, 404)))
NOWHERE = Row(public=dict.fromkeys(METHODS, (404, 404)))
GARBAGE = ("not-a-uuid", "1", "%27%20or%201=1", "00000000-0000-0000-0000-00000000000g")


@dataclass(frozen=True, slots=True)
class Probe:
    """One question; `unit`, `party` are codes or "" for what does not exist. `exact` asks for the whole list."""

    name: str
    url: str
    method: str
    who: str
    row: Row
    relation: str = ""
    unit: str = ""
    party: str = ""
    exact: bool = False
    body: tuple[tuple[str, str], ...] = ()  # fields beside the hostile ones
    proved: bool = False  # by somebody who proved himself a moment ago


def addresses() -> dict[str, str]:
    """Return every named address of the product with its route; a nameless one is named by its route."""
    return dict(walk(get_resolver().url_patterns, ""))


def walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, str]]:
    """Yield the names of addresses with their routes."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = walk(one.url_patterns, route)
            yield from ((f"{one.namespace}:{name}" if one.namespace else name, rest) for name, rest in inner)
        else:
            yield one.name or route, route


def without_row() -> list[str]:
    """Return addresses that the matrix does not know: each one is a failure."""
    return sorted(set(addresses()) - set(MATRIX))
