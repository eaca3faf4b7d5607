"""Who: the bank's organisation, parties (a thin row for every one), units, members, identity vault.

Rows with client data carry what they are about (``unit``, ``party``, ``domain``) and a booking branch; who may
see them is resolved once per transaction by ``sec.enter`` (kernel/sql). Bank codes are unique per entity.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from jinlan.basics.ids import uuid7
from jinlan.kernel.fields import CONTACT, INTERNAL, NAME, PUBLIC, STAFF
from jinlan.kernel.keyring import KEY_BYTES
from jinlan.kernel.record import Scoped
from jinlan.kernel.sealed import SealedField, sealed_field
from jinlan.kernel.search import Searchable

PERSONAL, CORPORATE = 0, 1
DOMAINS = ((PERSONAL, "个人"), (CORPORATE, "对公"))
PENDING_KB = 1024  # of a GIN index: fast enough to fill by batches, small enough to search beside
KEY_LIMIT = 2**31  # policies pack a unit's and a party's key into one bigint (kernel/sql/protect.sql)


class Branch(models.Model):
    """One node of the branch tree at a time; a merger closes a row's period and re-parents the others."""

    CLASSES = {"*": PUBLIC}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    level = models.SmallIntegerField()
    name = models.CharField(max_length=200)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "code"], name="branch_code_unique")]


class Employee(models.Model):
    """A member of staff as the bank's personnel extract knows them."""

    CLASSES = {"*": STAFF}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    position = models.CharField(max_length=100, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "code"], name="employee_code_unique")]


class Party(Searchable, Scoped):
    """The thin directory row of every party of the bank: enough to find, nominate and tell apart."""

    CLASSES = {"*": INTERNAL, "name": NAME, "name_en": NAME, "former_name": NAME, "uscc": INTERNAL, "grams": NAME,
               "search_text": NAME, "pinyin_key": NAME}  # fmt: skip
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    party_type = models.CharField(max_length=8)
    domain = models.SmallIntegerField(choices=DOMAINS)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    former_name = models.CharField(max_length=200, blank=True)
    uscc = models.CharField(
        max_length=18, blank=True
    )  # organisations only, and in every public register; persons' numbers stay in the vault
    region_code = models.CharField(max_length=12, blank=True)
    industry_code = models.CharField(max_length=12, blank=True)
    org_size = models.CharField(max_length=12, blank=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    restricted = models.BooleanField(default=False)  # a RESTRICT erasure: kept, not used
    erased = models.BooleanField(
        default=False
    )  # an ERASE: names and identifiers are gone and do not come back
    # Kept by a trigger from current memberships, for the policies (clients/sql/policies.sql):
    unit_keys = ArrayField(models.BigIntegerField(), default=list, editable=False)  # unit << 1 | domain
    unit_branch_keys = ArrayField(
        models.BigIntegerField(), default=list, editable=False
    )  # home branch << 1 | domain

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "code"], name="party_code_unique"),
            models.CheckConstraint(condition=models.Q(id__lt=KEY_LIMIT), name="party_key_fits"),
        ]
        indexes = [
            models.Index(fields=["entity", "pinyin_key", "id"], name="party_pinyin"),
            GinIndex(
                fields=["grams"],
                name="party_grams",
                opclasses=["sec.key_ops"],
                gin_pending_list_limit=PENDING_KB,
            ),
            GinIndex(
                fields=["unit_keys"],
                name="party_unit_keys",
                opclasses=["sec.key_ops"],
                gin_pending_list_limit=PENDING_KB,
            ),
            GinIndex(
                fields=["unit_branch_keys"],
                name="party_unit_branch_keys",
                opclasses=["sec.key_ops"],
                gin_pending_list_limit=PENDING_KB,
            ),
        ]


class PartyKey(Scoped):
    """A client's data key, sealed under the vault's: it seals his identifiers, and deleting it erases them wherever they lie."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="+")
    sealed = SealedField(place=lambda row: str(row.party_id))


def data_keys(parties: Collection[int], entity: str = "") -> dict[int, bytes]:
    """Return the data keys of those parties that have one and are in sight; with an entity, its parties without one get one."""
    field, wanted = sealed_field(PartyKey, "sealed"), set(parties)
    keys = {row.party_id: bytes.fromhex(field.open(row)) for row in PartyKey.objects.filter(party__in=wanted)}
    made = {party: secrets.token_bytes(KEY_BYTES) for party in wanted - keys.keys()} if entity else {}
    rows = [
        PartyKey(entity=entity, party_id=party, sealed=field.seal(key.hex(), str(party)))
        for party, key in made.items()
    ]
    PartyKey.objects.bulk_create(rows, batch_size=5_000)
    return keys | made


def place_of(party: int, kind: str, ref: str, token: str) -> str:
    """Return what an identifier is bound to beside its table and column."""
    return f"{party}|{kind}|{ref}|{token}"


class PartyIdentity(Scoped):
    """The identity vault: encrypted value, ready-made mask, keyed hash for matching."""

    CLASSES = {"*": INTERNAL, "value": CONTACT, "masked": CONTACT, "match_hash": CONTACT}
    KINDS = ("ID_NO", "MOBILE", "EMAIL", "ADDR", "BIRTH", "GENDER", "ACCOUNT", "CONTACT")
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="identities")
    domain = models.SmallIntegerField(choices=DOMAINS)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    ref = models.CharField(max_length=64, blank=True)  # the code of an ACCOUNT or of a CONTACT person
    value = SealedField(
        place=lambda row: place_of(row.party_id, row.kind, row.ref, row.match_hash),
        owner="party_id",
        keys=data_keys,
    )
    masked = models.CharField(max_length=200)
    match_hash = models.CharField(max_length=64, blank=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["party", "kind", "ref", "match_hash"], name="identity_unique"),
        ]


class CounterpartyIdentity(Scoped):
    """Names of accounts at other banks, by the hash that the lake keeps; read by nobody through pages yet."""

    CLASSES = {"*": INTERNAL, "value": NAME}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    match_hash = models.CharField(max_length=64)
    value = SealedField(place=lambda row: row.match_hash)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["entity", "match_hash"], name="counterparty_unique")]


class Unit(Searchable, Scoped):
    """A managed client unit: household, group or partner; found by its own name. The key of everything that is published."""

    CLASSES = {"*": INTERNAL, "name": NAME, "controller_label": NAME, "grams": NAME, "search_text": NAME,
               "pinyin_key": NAME}  # fmt: skip
    KINDS = (("HNW", "高净值家庭"), ("GROUP", "企业集团"), ("PARTNER", "合作伙伴"))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    code = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=KINDS)
    domain = models.SmallIntegerField(choices=DOMAINS)  # HNW personal, the others corporate
    root_party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    controller_label = models.CharField(
        max_length=200, blank=True
    )  # masked name of a controlling person, if any
    member_branch_keys = ArrayField(
        models.BigIntegerField(), default=list, editable=False
    )  # by trigger, as Party's

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "code"], name="unit_code_unique"),
            models.CheckConstraint(condition=models.Q(id__lt=KEY_LIMIT), name="unit_key_fits"),
        ]
        indexes = [
            models.Index(fields=["entity", "pinyin_key", "id"], name="unit_pinyin"),
            GinIndex(
                fields=["grams"],
                name="unit_grams",
                opclasses=["sec.key_ops"],
                gin_pending_list_limit=PENDING_KB,
            ),
            GinIndex(
                fields=["member_branch_keys"],
                name="unit_member_branch_keys",
                opclasses=["sec.key_ops"],
                gin_pending_list_limit=PENDING_KB,
            ),
        ]


class UnitMember(Scoped):
    """Dated membership with its source; `claims` keeps what every source said.

    `current` says whether the newest published date has it: grants reach the units and members that are current.
    """

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="members")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    domain = models.SmallIntegerField(choices=DOMAINS)  # the member's side of the wall
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")  # the member's
    unit_branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")  # the unit's home
    source = models.CharField(max_length=10)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    current = models.BooleanField(default=True)
    claims = models.JSONField(default=list)
    parent_party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    share = models.DecimalField(max_digits=12, decimal_places=8, null=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit", "party", "valid_from"], name="unit_member_unique"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="unit_member_period",
            ),
        ]
