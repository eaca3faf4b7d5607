"""The canonical daily extract, declared once: tables, columns, types, keys, code lists, privacy.

Everything else in the lake (validation, typing, tokenising, reading) is driven by `TABLES`.

Table kinds
-----------
``state``     master data; a delivery is ``full`` or ``delta`` (``change_type`` I/U/D). The state on a
              date is the newest row of each key with ``as_of_date`` not later than that date.
``snapshot``  complete for each ``as_of_date``.
``event``     rows that happen once; kept under the ``as_of_date`` of the delivery that brought them, so
              a late row never replaces an older day. Measures filter on the event's own date.

Column privacy (``keep`` names what the lake stores)
---------------------------------------------------
``plain``  stays in the lake.
``vault``  a direct identifier: goes to the identity vault only.
``hash``   goes to the vault; the lake keeps ``<column>_hash`` (HMAC-SHA-256).
``drop``   free text: neither stored nor logged unless a mapping asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["state", "snapshot", "event"]
Type = Literal["id", "text", "code", "amt", "rate", "int", "date", "ts", "bool", "ccy", "iso2"]
Keep = Literal["plain", "vault", "hash", "drop"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, whether a value is required, its code list and what the lake keeps."""

    name: str
    type: Type
    required: bool = False
    codes: tuple[str, ...] = ()
    references: str = ""
    keep: Keep = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the extract; `key` is unique within entity (and ``as_of_date`` for snapshots)."""

    name: str
    kind: Kind
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    event_date: str = ""
    zone: Literal["lake", "compliance"] = "lake"
    by_name: dict[str, Column] = field(
        init=False, repr=False, compare=False, hash=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        self.by_name.update({column.name: column for column in self.columns})


PARTY_TYPES = ("PERSON", "ORG", "TRUST", "FUND", "GOV")
PARTY_STATUS = ("PROSPECT", "ACTIVE", "DORMANT", "CLOSED", "DECEASED", "DISSOLVED")
FAMILIES = (
    "DEPOSIT", "LOAN", "WEALTH", "FUND", "INSURANCE", "TRUST", "BOND",
    "FX", "TRADE", "PAYMENT", "CUSTODY", "ADVISORY", "CARD",
)  # fmt: skip
# Classes of gl_control that hold a whole month, delivered with its last day: the profitability statement answers for them.
MONTH_TOTALS = ("ACCRUED_INCOME", "ACCRUED_EXPENSE", "OPERATING_COST")
UNIT_KINDS = ("HNW", "GROUP", "PARTNER")
ROLES = ("LEAD", "ASSIST", "PRODUCT", "RISK", "SERVICE", "SPONSOR")
TXN_TYPES = (
    "TRANSFER", "CASH", "FEE", "INTEREST", "LOAN_DRAW", "LOAN_REPAY",
    "CARD", "FX", "SECURITIES", "PAYROLL", "TAX",
)  # fmt: skip

CODES: dict[str, tuple[str, ...]] = {
    "PARTY_TYPE": PARTY_TYPES,
    "PARTY_STATUS": PARTY_STATUS,
    "FAMILY": FAMILIES,
    "UNIT_KIND": UNIT_KINDS,
    "ROLE": ROLES,
    "TXN_TYPE": TXN_TYPES,
    "CRDT_DBIT": ("CRDT", "DBIT"),
    "TXN_STATUS": ("BOOK", "PDNG"),
    "ACCOUNT_STATUS": ("ACTIVE", "DORMANT", "CLOSED", "FROZEN"),
    "RATE_TYPE": ("FIXED", "LPR", "SHIBOR", "OTHER"),
    "DAY_COUNT": ("ACT365", "ACT360", "30360"),
    "CDD_STATUS": ("CURRENT", "DUE", "OVERDUE", "REFUSED"),
    "LEVEL5": ("1", "2", "3", "4", "5"),
    "CONTACT_TYPE": ("MOBILE", "EMAIL", "ADDR"),
    "PARTY_ROLE": (
        "CLIENT", "LEGAL_REP", "DIRECTOR", "AGENT", "GUARANTOR",
        "BENEFICIARY", "PARTNER", "RELATED_PARTY", "CONTROLLING_PERSON",
    ),
    "RELATION": ("SPOUSE", "PARENT", "CHILD", "AFFILIATE", "CONCERT", "SUPPLIER", "BUYER"),
    "INTEREST": ("EQUITY", "VOTING", "INCOME", "PARTNERSHIP"),
    "OWN_SOURCE": ("REGISTRY", "CLIENT", "VENDOR"),
    "FACILITY_TYPE": ("GROUP", "MEMBER", "COMPREHENSIVE", "LOAN", "GUARANTEE", "LC", "BILL", "DERIVATIVE"),
    "FACILITY_STATUS": ("ACTIVE", "FROZEN", "EXPIRED", "CLOSED"),
    "STAGE": ("1", "2", "3"),
    "GUARANTEE_TYPE": ("JOINT", "GENERAL"),
    "INTERACTION": ("VISIT", "CALL", "VIDEO", "EMAIL", "EVENT", "PORTAL"),
    "DIRECTION": ("IN", "OUT"),
    "CASE_KIND": ("COMPLAINT", "REQUEST", "SUGGESTION", "PRAISE"),
    "ERASURE": ("RESTRICT", "ERASE"),
    "HIT_STATUS": ("OPEN", "CONFIRMED", "CLEARED"),
    "RISK_LEVEL": ("R1", "R2", "R3", "R4", "R5"),
    "SIZE": ("LARGE", "MEDIUM", "SMALL", "MICRO"),
    "ECONOMIC": ("STATE", "COLLECTIVE", "PRIVATE", "HMT", "FOREIGN"),
}  # fmt: skip


def _column(spec: str) -> Column:
    """Read ``name[!] type [CODELIST|->table] [@vault|@hash|@drop]``; ``!`` marks a required value."""
    name, kind, *rest = spec.split()
    codes = next((CODES[word] for word in rest if word in CODES), ())
    references = next((word[2:] for word in rest if word.startswith("->")), "")
    keep = next((word[1:] for word in rest if word.startswith("@")), "plain")
    return Column(name.rstrip("!"), kind, name.endswith("!"), codes, references, keep)  # type: ignore[arg-type]


def _table(name: str, kind: Kind, key: str, body: str, **options: object) -> Table:
    columns = tuple(_column(part.strip()) for part in body.replace("\n", " ").split(";") if part.strip())
    return Table(name, kind, tuple(key.split()), columns, **options)  # type: ignore[arg-type]


_RATE = """interest_rate rate; rate_type code RATE_TYPE; spread_bp int; day_count code DAY_COUNT;
  ftp_rate rate; ftp_date date"""

_ALL = (
    _table("branch", "state", "branch_id", """branch_id! id; parent_id id ->branch; level int; name! text;
      entity_code code; region_code code; valid_from date; valid_to date""", required=True),
    _table("employee", "state", "employee_id", """employee_id! id; name! text @vault; branch_id! id ->branch;
      position text; status code; entry_date date; leave_date date"""),
    _table("product", "state", "product_code", """product_code! id; family! code FAMILY; name_zh! text; name_en text;
      risk_level code RISK_LEVEL; issuer_party_id id; issuer_risk_level code; status code; green_flag bool""",
      required=True),
    _table("party", "state", "party_id", """party_id! id; party_type! code PARTY_TYPE; name_zh text @vault;
      name_en text @vault; former_name text @vault; id_type code; id_no text @hash; id_country iso2; id_expiry date;
      lei text; bic text; birth_or_incorp_date date @vault; gender code @vault; occupation_code code;
      country_of_residence iso2; country_of_risk iso2; tax_residencies text; region_code code; industry_code code;
      org_size code SIZE; economic_type code ECONOMIC; registered_capital amt; registered_capital_ccy ccy;
      listed_flag bool; stock_code text; party_status! code PARTY_STATUS; cdd_status code CDD_STATUS;
      cdd_due_date date; ml_risk_level code LEVEL5; five_tier_worst code LEVEL5; internal_rating code; pd rate;
      onboard_date date; close_date date; home_branch_id! id ->branch""", required=True),
    _table("party_contact_point", "state", "party_id type value", """party_id! id ->party; type! code CONTACT_TYPE;
      value! text @hash; verified bool; preferred bool; valid_from date; valid_to date"""),
    _table("contact_person", "state", "contact_id", """contact_id! id; org_party_id! id ->party;
      person_party_id id ->party; name! text @vault; position text; decision_role code; valid_from date;
      valid_to date"""),
    _table("party_role", "state", "party_id role_code object_type object_id valid_from", """party_id! id ->party;
      role_code! code PARTY_ROLE; object_type! code; object_id! id; valid_from! date; valid_to date"""),
    _table("party_relation", "state", "from_party_id to_party_id type valid_from", """from_party_id! id ->party;
      to_party_id! id ->party; type! code RELATION; evidence text; confidence rate; valid_from! date; valid_to date"""),
    _table("ownership", "state", "owner_party_id owned_party_id interest_type valid_from", """owner_party_id! id ->party;
      owned_party_id! id ->party; interest_type! code INTEREST; share! rate; nominee_flag bool;
      beneficial_party_id id ->party; source code OWN_SOURCE; valid_from! date; valid_to date"""),
    _table("client_unit", "state", "unit_id", """unit_id! id; unit_kind! code UNIT_KIND; root_party_id! id ->party;
      valid_from! date; valid_to date"""),
    _table("client_unit_member", "state", "unit_id party_id valid_from", """unit_id! id ->client_unit;
      party_id! id ->party; valid_from! date; valid_to date"""),
    _table("party_group", "state", "group_id party_id valid_from", """group_id! id; lead_branch_id id ->branch;
      lead_party_id! id ->party; party_id! id ->party; valid_from! date; valid_to date"""),
    _table("approved_list", "state", "entry_id", """entry_id! id; unit_id id; root_party_id! id ->party;
      unit_kind! code UNIT_KIND; tier! code; since! date; decided_by text; document_no text;
      lead_branch_id id ->branch; members text; valid_to date"""),
    _table("party_merge", "event", "old_party_id", """old_party_id! id; new_party_id! id ->party;
      effective_date! date""", event_date="effective_date"),
    _table("assignment", "state", "assignment_id", """assignment_id! id; party_id id ->party; unit_id id;
      employee_id! id ->employee; role! code ROLE; credit_share rate; valid_from! date; valid_to date"""),
    _table("account", "state", "account_id", f"""account_id! id; party_id! id ->party; product_code! id ->product;
      currency! ccy; open_date! date; close_date date; status! code ACCOUNT_STATUS; branch_id! id ->branch; {_RATE};
      maturity_date date; joint_flag bool; account_no_masked text @hash""", required=True),
    _table("balance_daily", "snapshot", "account_id", """account_id! id ->account; closing_balance! amt;
      available_balance amt; accrued_interest amt; hold_amount amt; balance_base! amt""", required=True),
    _table("holding", "snapshot", "account_id instrument_id", """account_id! id ->account; instrument_id! id;
      quantity! amt; unit_price! rate; market_value! amt; cost amt; ccy! ccy; product_code id ->product;
      risk_level code RISK_LEVEL; maturity_date date"""),
    _table("transaction", "event", "txn_id", """txn_id! id; account_id! id ->account; booking_ts ts;
      booking_date! date; value_date date; amount! amt; currency! ccy; credit_debit_ind! code CRDT_DBIT;
      bank_txn_code code; txn_type! code TXN_TYPE; channel code; status! code TXN_STATUS;
      counterparty_name text @vault; counterparty_account_masked text @hash; counterparty_bank_code code;
      counterparty_country iso2; is_internal bool; is_reversal bool; reversed_txn_id id; end_to_end_id id;
      remittance_info text @drop; cash_flag bool; cross_border_flag bool""",
      required=True, event_date="booking_date"),
    _table("facility", "state", "facility_id", """facility_id! id; party_id! id ->party; group_id id;
      parent_facility_id id; type! code FACILITY_TYPE; currency! ccy; approved_amount! amt; used_amount! amt;
      reserved_amount amt; revolving_flag bool; committed_flag bool; ccf rate; start_date date; expiry_date date;
      status! code FACILITY_STATUS; low_risk_flag bool; approval_no text"""),
    _table("loan", "state", "loan_id", f"""loan_id! id; facility_id id; account_id! id ->account; party_id! id ->party;
      currency! ccy; principal! amt; outstanding! amt; undrawn amt; {_RATE}; start_date! date; maturity_date! date;
      repayment_method code; dpd! int; overdue_principal amt; overdue_interest amt; five_tier! code LEVEL5;
      restructured_flag bool; ecl_stage code STAGE; ecl_amount amt; pd rate; lgd rate; ead amt; rwa amt;
      purpose_code code; green_code code; green_share rate"""),
    _table("off_balance", "state", "instrument_id", """instrument_id! id; facility_id id; party_id! id ->party;
      type! code; currency! ccy; amount! amt; margin_amount amt; expiry_date date; beneficiary text @drop"""),
    _table("repayment_schedule", "state", "loan_id due_date", """loan_id! id; due_date! date; principal_due! amt;
      interest_due amt; paid_principal amt; paid_interest amt"""),
    _table("guarantee", "state", "guarantee_id", """guarantee_id! id; guarantor_party_id! id ->party;
      guaranteed_party_id! id ->party; facility_id id; loan_id id; amount! amt; currency! ccy;
      type code GUARANTEE_TYPE; valid_from! date; valid_to date"""),
    _table("fee", "event", "fee_id", """fee_id! id; party_id! id ->party; account_id id ->account;
      product_code id ->product; booking_date! date; amount! amt; vat_amount amt; ccy! ccy""",
      event_date="booking_date"),
    _table("ftp_curve", "snapshot", "curve_code currency tenor_days", """curve_code! code; currency! ccy;
      tenor_days! int; rate! rate"""),
    _table("unit_cost", "state", "period activity_code", """period! code; activity_code! code; unit_cost! rate;
      ccy! ccy; pool_cost amt; capacity int"""),
    _table("activity_count", "state", "party_id period activity_code", """party_id! id ->party; period! code;
      activity_code! code; count! int"""),
    _table("fx_rate", "snapshot", "from_ccy to_ccy rate_type", """from_ccy! ccy; to_ccy! ccy; rate_type! code;
      rate! rate"""),
    _table("gl_control", "snapshot", "gl_class currency", """gl_class! code; currency! ccy; total! amt;
      tolerance amt"""),
    _table("interaction", "event", "interaction_id", """interaction_id! id; party_id id ->party; unit_id id;
      employee_id id ->employee; ts_start! ts; ts_end ts; type! code INTERACTION; direction code DIRECTION;
      participants int; subject text @drop; summary text @drop; next_action text @drop; outcome code""",
      event_date="ts_start"),
    _table("case", "state", "case_id", """case_id! id; party_id! id ->party; kind! code CASE_KIND; category code;
      channel code; received_ts! ts; accepted_ts ts; due_ts ts; decided_ts ts; closed_ts ts; severity code;
      extension_count int; redress_amount amt; handler_id id"""),
    _table("survey_response", "event", "response_id", """response_id! id; survey_id! id; party_id id ->party;
      anonymous_flag bool; metric! code; score! int; verbatim text @drop; invited_ts ts; answered_ts! ts""",
      event_date="answered_ts"),
    _table("consent", "state", "consent_id", """consent_id! id; party_id! id ->party; purpose! code; channel code;
      entity code; legal_basis code; text_version code; given_ts! ts; withdrawn_ts ts; proof_ref text"""),
    _table("erasure", "event", "party_id action", """party_id! id ->party; action! code ERASURE; basis code; ts! ts""",
      event_date="ts"),
    _table("screening_hit", "state", "hit_id", """hit_id! id; party_id! id ->party; list_code! code;
      status! code HIT_STATUS; decided_ts ts""", zone="compliance"),
    _table("partner_volume", "event", "volume_id", """volume_id! id; party_id! id ->party; booking_date! date;
      joint_volume! amt; revenue_share! amt; referrals! int; sla_met rate; ccy! ccy""", event_date="booking_date"),
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in _ALL}
REQUIRED = tuple(table.name for table in _ALL if table.required)
# Every table also carries these; change_type is present in state tables only.
COMMON = (
    Column("as_of_date", "date", required=True),
    Column("source_system", "code"),
    Column("source_key", "id"),
)
CHANGE_TYPE = Column("change_type", "code", codes=("I", "U", "D"))
