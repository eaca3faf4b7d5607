"""The frozen shapes of what identification produces; publish, command line and pages read only these.

Three Arrow tables per evaluated date:

``UNITS``    one row per client unit.
``MEMBERS``  one row per unit and member party.
``TIES``     one row per unit, role and party outside it whose value it moves (`insight.influence`).

``measures`` is JSON ``{code: {"v": "123.45" | null, "s": "ok" | "incomplete" | "unknown", "n": "why there is no v"}}``
with money as a decimal string in base currency, dates in ISO form; ok with a null "v" = there is nothing to measure
(no loan, no transaction). In ``detail`` all figures are decimal strings; it is JSON::

    {"criteria": [{"code", "family", "measure", "weight", "raw", "points", "contribution",
                   "peer_points", "peer_raw", "reason"}],          # reason = weight * (points - peer mean)
     "for": ["code", ...], "against": ["code", ...],               # at most three each, strongest first
     "gates": [{"code", "passed": true | false | null, "secret": bool, "value", "limit", "detail"}],
     "lines": [{"tier", "on", "value", "entry", "exit", "up", "down", "in": bool}],
     "override": null | {...}, "definition": {"version", "sha256"}, "rules": {"CODE": "valid_from"},
     "peers": n,                                      # units with a score, of which the peer means are taken
     "absent": ["code", ...],                         # criteria left out because the bank lacks a table
     "incomplete": ["code", ...],                     # criteria left out because this unit's data are incomplete
     "facts": {"size", "ended", "listed": null | {"tier", "since", "entry"},    # what else decided
               "decided": [{"tier", "since", "source", "ref", "retains"}]},     # left out when nothing was
     "stepped": bool}                                 # false between month-ends: the machine stood still

With the measures, the gates, the facts and the ``machine`` of the month-end before, `recompute` gives the row again.
"""

from __future__ import annotations

import pyarrow as pa

MONEY = pa.decimal128(24, 2)

UNITS = pa.schema(
    [
        ("as_of", pa.date32()),
        ("unit_id", pa.string()),  # the bank's code, or "<KIND>-<root party>" for a computed unit
        ("kind", pa.string()),  # HNW GROUP PARTNER
        ("root_party_id", pa.string()),
        ("root_source_key", pa.string()),  # the root party's key in its source system
        ("branch_id", pa.string()),  # home branch of the root
        ("score", pa.decimal128(6, 2)),  # 0-100; null when it cannot be computed
        ("rank", pa.int32()),  # 1 = best inside the kind
        ("rank_n", pa.int32()),
        ("computed_tier", pa.string()),  # what the points of this date alone say; "" = none
        ("proposed_tier", pa.string()),  # a change that waits for a decision; null = no change proposed
        ("effective_tier", pa.string()),  # decided; "" = none
        ("tier_state", pa.string()),  # active watch proposed_up proposed_down retained suspended closed none
        ("tier_since", pa.date32()),
        ("tier_source", pa.string()),  # APPROVED_LIST AUTOMATIC COMMITTEE OVERRIDE GATE
        ("managed", pa.bool_()),  # strategic, candidate, watched or applicant: goes to the serving tables
        ("gates", pa.string()),  # neutral words: "ok", or codes joined by ","; secret ones read RESTRICTED
        ("measures", pa.string()),
        ("detail", pa.string()),
        ("machine", pa.string()),  # JSON of the state machine's counters, the input of the next month
    ]
)

MEMBERS = pa.schema(
    [
        ("as_of", pa.date32()),
        ("unit_id", pa.string()),
        ("party_id", pa.string()),
        ("branch_id", pa.string()),
        ("source", pa.string()),  # APPROVED CREDIT DELIVERED COMPUTED PROPOSED: the first that speaks wins
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        (
            "claims",
            pa.string(),
        ),  # JSON [{"source", "unit_id", "valid_from", "valid_to"}]: all that any source says
        ("parent_party_id", pa.string()),  # for the tree: main owner inside the unit, null at the root
        ("share", pa.decimal128(12, 8)),  # owner's share, null when not by ownership
        ("measures", pa.string()),
    ]
)

TIES = pa.schema(
    [
        ("as_of", pa.date32()),
        ("unit_id", pa.string()),
        ("role", pa.string()),  # insight.influence.ROLES
        ("party_id", pa.string()),  # the other party, outside the unit
        ("other_unit_id", pa.string()),  # the group to which it belongs, null for none
        ("aum", MONEY),  # its own; null = no client, or not known
        ("loan", MONEY),
        ("revenue_12m", MONEY),
    ]
)
