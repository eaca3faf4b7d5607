"""What the rows of each table are about: the table of P2. A table with policies and without a line here fails."""
# ruff: noqa: ARG001, ARG005  every rule takes the same two

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jinlan.kernel.resource.declare import RESOURCES, Resource
from jinlan.site.trust.facts import Sight
from jinlan.site.trust.lists import LISTS_OF_UNITS

# unit code, party code, entity, person's user name
Keys = tuple[str, str, str, str]
See = Callable[[Sight, Keys], bool]


@dataclass(frozen=True, slots=True)
class Table:
    """`keys`: the SQL of a row's unit code, party code and person; `see`: whether a sight holds it."""

    see: See
    unit: str = "''"
    party: str = "''"
    person: str = "''"
    client: bool = True  # holds client data
    written: bool = False  # people may write here, where they read
    writers: frozenset[str] = frozenset()  # or only people of these roles
    may: frozenset[str] = frozenset()  # people of these roles may write what they see
    taken: frozenset[str] = frozenset()  # people of these roles delete what they see
    door: bool = False  # signing in reads and writes it before any scope; no client data


def _unit(seen: Sight, keys: Keys) -> bool:
    return keys[0] in seen.figures


def _member(seen: Sight, keys: Keys) -> bool:
    return (keys[0], keys[1]) in seen.members


ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}


def _house(seen: Sight, keys: Keys) -> bool:
    return bool(seen.roles - ADMINISTRATORS)


def _operations(seen: Sight, keys: Keys) -> bool:
    return bool(seen.roles - {"security_admin", "audit_admin"})


def _record(seen: Sight, keys: Keys) -> bool:
    return seen.secret or (seen.whole and "auditor" in seen.roles) or "audit_admin" in seen.roles


def _factor(seen: Sight, keys: Keys) -> bool:
    return "security_admin" in seen.roles and keys[3] != "me"


def _asked(seen: Sight, keys: Keys) -> bool:
    unit, party, _entity, person = keys
    near = (not unit or unit in seen.headers) and (not party or party in seen.parties)
    return (unit in seen.figures if unit else seen.whole) or (person == "me" and near)


def _released(seen: Sight, keys: Keys) -> bool:
    party = keys[1]
    return (party in seen.parties if party else seen.whole) or (keys[3] == "me" and _asked(seen, keys))


UNIT_ID = "(select u.code from clients_unit u where u.id = t.unit_id)"
PARTY_ID = "(select p.code from clients_party p where p.id = t.party_id)"
ASKED = "(select c.code from {0} c join work_preflightrecord r on r.{1} = c.id where r.id = t.preflight_id)"
PERSON_ID = "(select k.username from kernel_person k where k.id = t.{})"
VOTERS = frozenset({"dept_head", "risk", "compliance"})
CHAIRS = VOTERS - {"compliance"}
KEEPERS = frozenset({"manager", "private_banker", "branch_head", "dept_head"})
HOUSE, OPERATIONS = Table(_house, client=False), Table(_operations, client=False)
TABLES: dict[str, Table] = {
    "clients_unit": Table(lambda seen, keys: keys[0] in seen.headers, "t.code"),
    "clients_party": Table(lambda seen, keys: keys[1] in seen.parties, party="t.code"),
    "clients_partyidentity": Table(lambda seen, keys: keys[1] in seen.parties, party=PARTY_ID),
    "clients_partykey": Table(lambda seen, keys: keys[1] in seen.parties, party=PARTY_ID),
    "clients_counterpartyidentity": Table(lambda seen, keys: False),
    "clients_assignment": Table(lambda seen, keys: False, UNIT_ID, PARTY_ID),  # as delivered: the system alone
    "clients_unitmember": Table(_member, UNIT_ID, PARTY_ID),
    "clients_coverage": Table(lambda seen, keys: keys[0] in seen.headers or keys[1] in seen.parties, UNIT_ID, PARTY_ID),
    "serving_unitresult": Table(_unit, UNIT_ID),
    "serving_memberresult": Table(_member, UNIT_ID, PARTY_ID),
    "serving_unitcontact": Table(_unit, UNIT_ID),
    "serving_unitrequest": Table(_unit, UNIT_ID),
    "serving_unittie": Table(lambda seen, keys: _unit(seen, keys) and keys[1] in seen.parties, UNIT_ID, PARTY_ID),
    "serving_restrictedgate": Table(lambda seen, keys: seen.secret, UNIT_ID),
    "serving_quarantine": Table(lambda seen, keys: seen.whole),
    "serving_banktotal": Table(lambda seen, keys: seen.whole),
    "work_indicatorvalue": Table(lambda seen, keys: seen.whole),
    "work_task": Table(_unit, UNIT_ID, may=frozenset({"manager", "private_banker", "branch_head", "dept_head"})),
    "strategy_trial": Table(lambda seen, keys: seen.whole, may=CHAIRS),
    "strategy_override": Table(lambda seen, keys: seen.whole, writers=frozenset({"dept_head"})),
    **{f"strategy_{name}": Table(lambda seen, keys: seen.whole, may=VOTERS) for name in ("meeting", "seat", "agendaitem", "ballot")},
    "strategy_tierdecision": Table(_unit, UNIT_ID, may=VOTERS),
    "strategy_tierproposal": Table(_unit, UNIT_ID),
    "clients_branch": HOUSE,
    "clients_employee": HOUSE,
    "clients_delegation": Table(_house, client=False, may=frozenset({"branch_head", "dept_head"})),
    "compliance_consenttext": HOUSE,
    "serving_load": OPERATIONS,
    "serving_loadcheck": OPERATIONS,
    "serving_run": OPERATIONS,
    "serving_publisheddate": OPERATIONS,
    "strategy_definitionversion": Table(_operations, client=False, may=frozenset({"dept_head", "risk"})),
    "strategy_charterrefresh": OPERATIONS,
    "strategy_target": Table(_house, client=False, may=frozenset({"dept_head", "branch_head"})),
    "strategy_achieved": HOUSE,
    "strategy_credit": Table(_unit, UNIT_ID),
    "engagement_rhythm": Table(_unit, UNIT_ID),
    **{
        f"engagement_{name}": Table(_unit, UNIT_ID, may=frozenset({"manager", "private_banker", "branch_head", "dept_head"}))
        for name in ("accountplan", "planaction", "planreading", "planreview", "agreement", "agreementdeed")
    },
    "engagement_attachmentcontent": Table(_unit, UNIT_ID, may=frozenset({"manager", "private_banker", "branch_head", "dept_head"})),
    "engagement_promisestep": Table(_unit, UNIT_ID, may=frozenset({"manager", "private_banker", "branch_head", "dept_head"})),
    "engagement_opportunitystep": Table(_unit, UNIT_ID, may=frozenset({"manager", "private_banker", "branch_head", "dept_head"})),
    "engagement_pipelinemeasure": Table(_house, client=False, may=frozenset({"dept_head"})),
    # Who reads the audit: the auditor of the whole bank, compliance, and some columns of it the audit administrator. Everybody
    # adds entries in his own name.
    "kernel_auditentry": Table(_record, client=False),
    "kernel_auditbatch": Table(_record, client=False),
    "kernel_rowchange": Table(lambda seen, keys: keys[0] in seen.figures if keys[0] else seen.whole, UNIT_ID),
    "work_approval": Table(lambda seen, keys: keys[0] in seen.figures if keys[0] else seen.whole or keys[3] == "me",
                           UNIT_ID, person=PERSON_ID.format("maker_id"), written=True),
    "work_decision": Table(
        lambda seen, keys: keys[0] in seen.figures if keys[0] else seen.whole or keys[3] == "me",
        "(select u.code from clients_unit u join work_approval a on a.unit_id = u.id where a.id = t.approval_id)",
        person=PERSON_ID.format("maker_id"), written=True),
    # What was asked before something went ahead: where the unit's figures are, and to its asker while he sees what it is about.
    "work_preflightrecord": Table(_asked, UNIT_ID, PARTY_ID, PERSON_ID.format("person_id"), written=True),
    "work_clearance": Table(_asked, ASKED.format("clients_unit", "unit_id"), ASKED.format("clients_party", "party_id"),
                            "(select k.username from kernel_person k join work_preflightrecord r on r.person_id = k.id where r.id = t.preflight_id)",
                            written=True),
    "work_release": Table(_released, ASKED.format("clients_unit", "unit_id"), PARTY_ID, PERSON_ID.format("person_id"), written=True),
    "kernel_savedview": Table(lambda seen, keys: bool(seen.roles) and keys[3] == "me", person=PERSON_ID.format("person_id"),
                              client=False, written=True),
    "kernel_apitoken": Table(lambda seen, keys: False, client=False, door=True),
    # Jobs are their person's and, without what they are about, the system administrator's; the worker takes them at the door.
    "kernel_job": Table(lambda seen, keys: bool(seen.roles) and (keys[3] == "me" or "system_admin" in seen.roles),
                        person=PERSON_ID.format("person_id"), client=False, written=True, door=True),
    "kernel_notice": Table(lambda seen, keys: bool(seen.roles) and keys[3] == "me", person=PERSON_ID.format("person_id"),
                           client=False, written=True),
    "kernel_webhook": Table(lambda seen, keys: "system_admin" in seen.roles, client=False, writers=frozenset({"system_admin"})),
    # What a party said is in sight as the party is; a contact as the member, or the whole client, is.
    "compliance_consententry": Table(lambda seen, keys: keys[1] in seen.parties, party=PARTY_ID, person=PERSON_ID.format("person_id"), written=True),
    "compliance_contact": Table(lambda seen, keys: _unit(seen, keys) or _member(seen, keys), UNIT_ID, PARTY_ID,
                                writers=frozenset({"manager", "private_banker"})),
    # People of a client are in sight as the company that they act for is, or the whole client.
    **{f"engagement_{name}": Table(lambda seen, keys: _unit(seen, keys) or _member(seen, keys), UNIT_ID, PARTY_ID, writers=KEEPERS)
       for name in ("contactperson", "post", "tie", "pair", "careday", "caresilence", "care", "gift")},
    # A client's own people are in sight as their party is; signing them in reads the rows before any scope.
    "portal_portalprincipal": Table(lambda seen, keys: keys[1] in seen.parties, party=PARTY_ID, door=True, may=frozenset({"manager", "private_banker"})),
    "portal_portalsession": Table(lambda seen, keys: False, client=False, door=True),
    "kernel_receipt": Table(lambda seen, keys: bool(seen.roles) and keys[3] == "me", person=PERSON_ID.format("person_id"),
                            client=False, written=True),
}  # fmt: skip
# Signing in: the application's own role reads these without a scope; inside one, a person sees no more than his own sessions.
# The security administrator sees who has a second factor, and takes a lost one away.
for _name in ("kernel_secondfactor", "kernel_recoverycode", "kernel_passkey"):
    TABLES[_name] = Table(
        _factor,
        person=PERSON_ID.format("person_id"),
        client=False,
        door=True,
        taken=frozenset({"security_admin"}),
    )
TABLES["kernel_passwordrecord"] = Table(lambda seen, keys: False, client=False, door=True)
TABLES["kernel_staffsession"] = Table(lambda seen, keys: keys[3] == "me" or "security_admin" in seen.roles,
                                      person=PERSON_ID.format("person_id"), client=False, written=True, door=True)  # fmt: skip


def _doers(resource: Resource) -> frozenset[str]:
    """Return the roles that do something in a list, or are the last to check it: an approved act runs in the last checker's scope."""
    acts = [one.act for one in resource.acts()]
    return frozenset(role for one in acts for role in (one.stages[-1] if one.stages else one.roles))


# Lists about units are their units'.
for _name in sorted(LISTS_OF_UNITS):
    TABLES.setdefault(
        RESOURCES[_name].model._meta.db_table, Table(_unit, UNIT_ID, may=_doers(RESOURCES[_name]))
    )
# No client data; read before any scope, to sign somebody in, or the framework's own.
OPEN = ("kernel_person", "kernel_rolegrant", "django_", "auth_", "axes_")
