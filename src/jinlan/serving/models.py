"""Published results, read-only for the web half; `serving.load` and `serving.registry` are the only writers."""

from __future__ import annotations

from django.db import models
from django.db.models import F

from jinlan.kernel.fields import FIGURE, INTERNAL, SECRET_FACT
from jinlan.kernel.record import Scoped


class Load(Scoped):
    """One delivery of a bank entity: the row that readers pin. `versions` maps every lake table to its version."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    as_of = models.DateField()
    from_date = models.DateField(null=True)
    delivery = models.IntegerField(default=1)
    load_version = models.IntegerField(default=1)
    digest = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10)  # running loaded held rejected abandoned
    reason = models.CharField(max_length=500, blank=True)
    touched_from = models.DateField(null=True)
    base_currency = models.CharField(max_length=3, blank=True)
    versions = models.JSONField(default=dict)
    tables = models.JSONField(default=list)  # [{"table", "rows", "loaded", "quarantined", "score"}]
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        pass


class LoadCheck(Scoped):
    """One finding of validation."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="checks")
    table = models.CharField(max_length=40)
    level = models.CharField(max_length=1)
    code = models.CharField(max_length=40)
    count = models.BigIntegerField()
    detail = models.CharField(max_length=500)
    hint = models.CharField(max_length=300, blank=True)

    class Meta(Scoped.Meta):
        pass


class Quarantine(Scoped):
    """One rejected row; the value is masked where the column is personal. Seen by whole-bank roles only."""

    CLASSES = {"*": INTERNAL, "value": FIGURE, "key": FIGURE}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="quarantine")
    table = models.CharField(max_length=40)
    row = models.BigIntegerField()
    key = models.CharField(max_length=200)
    column = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    hint = models.CharField(max_length=300, blank=True)

    class Meta(Scoped.Meta):
        pass


class Run(Scoped):
    """One nightly run: what it read, which definition it used, what it found, how long each step took."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    as_of = models.DateField()
    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="+")
    definitions = models.JSONField(default=dict)  # {kind: {"version", "sha256"}}
    status = models.CharField(max_length=10)  # running published failed
    steps = models.JSONField(default=list)  # [{"name", "started", "seconds", "rows"}]
    counts = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)  # {"entered": n, "left": n, "up": n, "down": n}
    files = models.JSONField(default=dict)  # {as_of: folder of the results in the lake}
    note = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        pass


class PublishedDate(Scoped):
    """Which run speaks for a date: readers see a date's rows and this row change in one transaction."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    as_of = models.DateField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    month_end = models.BooleanField()
    latest = models.BooleanField(default=False)
    base_currency = models.CharField(max_length=3, blank=True)  # of the load that was read

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["entity", "as_of"], name="published_date_unique")]


class BankTotal(Scoped):
    """All units of one kind on a date, managed or not: how many, what they brought in twelve months, and what of it has a tier."""

    CLASSES = {"*": FIGURE, "id": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    kind = models.CharField(max_length=8)
    units = models.IntegerField()
    tiered = models.IntegerField()
    unknown = models.IntegerField()  # of all, without a revenue that is known
    unknown_tiered = models.IntegerField()
    revenue = models.DecimalField(max_digits=24, decimal_places=2)  # of twelve months
    revenue_tiered = models.DecimalField(max_digits=24, decimal_places=2)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "as_of", "kind"], name="bank_total_unique"),
            models.CheckConstraint(
                condition=models.Q(units__gte=F("tiered"), unknown__gte=F("unknown_tiered")),
                name="bank_total_part",
            ),
        ]


class UnitResult(Scoped):
    """A managed unit on a date. Figures of the whole unit: a member's manager does not see this row."""

    CLASSES = {"*": FIGURE, "id": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    unit_id = models.BigIntegerField()  # clients.Unit; a key from above, so no constraint here
    domain = models.SmallIntegerField()
    branch_id = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    pinyin_key = models.CharField(max_length=400, blank=True)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    rank = models.IntegerField(null=True)
    rank_n = models.IntegerField(null=True)
    computed_tier = models.CharField(max_length=12, blank=True)
    proposed_tier = models.CharField(max_length=12, null=True)
    effective_tier = models.CharField(max_length=12, blank=True)
    tier_level = models.SmallIntegerField(default=0)  # of the effective tier; higher = better, 0 = none
    tier_state = models.CharField(max_length=14)
    tier_since = models.DateField(null=True)
    tier_source = models.CharField(max_length=14, blank=True)
    gates = models.CharField(max_length=200, blank=True)
    managed = models.BooleanField(
        default=True, db_default=True
    )  # on this date; the history of a unit is kept whole
    aum = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    aum_avg_12m = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    deposit_avg_12m = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    loan = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    revenue_12m = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    settlement_12m = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    limit = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    limit_used = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    overdue = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    growth = models.DecimalField(max_digits=12, decimal_places=8, null=True)
    potential = models.DecimalField(
        max_digits=6, decimal_places=2, null=True
    )  # points of the potential family
    next_maturity = models.DateField(null=True)
    five_tier_worst = models.SmallIntegerField(null=True)
    measures = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)  # insight.results "detail", without secret gates

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["unit_id", "as_of"], name="unit_result_unique")]
        indexes = [
            # The list's own order: unknown scores come last.
            models.Index(
                "as_of",
                F("tier_level").desc(),
                F("score").desc(nulls_last=True),
                F("id").desc(),
                name="result_list",
            ),
        ]


class MemberResult(Scoped):
    """One member's own measures on a date."""

    CLASSES = {"*": FIGURE, "id": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    unit_id = models.BigIntegerField()
    party_id = models.BigIntegerField()
    domain = models.SmallIntegerField()
    branch_id = models.BigIntegerField()  # the member's
    unit_branch_id = models.BigIntegerField()  # the unit's home
    aum = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    loan = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    revenue_12m = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    measures = models.JSONField(default=dict)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "party_id", "as_of"], name="member_result_unique")
        ]


class RestrictedGate(Scoped):
    """Why a unit is held, where the reason must stay secret: compliance only, its existence included."""

    CLASSES = {"*": SECRET_FACT, "id": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    unit_id = models.BigIntegerField()
    code = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "as_of", "code"], name="restricted_gate_unique")
        ]


class UnitContact(Scoped):
    """A meeting or call with a managed unit in the trailing window, and what makes it count (`insight.contacts`)."""

    CLASSES = {"*": FIGURE, "id": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    unit_id = models.BigIntegerField()
    domain = models.SmallIntegerField()
    branch_id = models.BigIntegerField()
    code = models.CharField(max_length=64)  # the bank's number of the interaction
    kind = models.CharField(max_length=10)  # FACE, CALL
    executive = models.BooleanField(default=False)  # held by the unit's sponsor
    happened_on = models.DateField()
    minutes_on = models.DateField(null=True)
    two_way = models.BooleanField()
    client_side = models.BooleanField()
    employee = models.CharField(max_length=64, blank=True)  # code

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["unit_id", "code"], name="unit_contact_unique")]
        indexes = [models.Index(fields=["unit_id", "-happened_on"], name="unit_contact_newest")]


class UnitRequest(Scoped):
    """What a managed unit asked the bank for in the trailing window, and when it was answered and settled (`insight.requests`)."""

    CLASSES = {"*": FIGURE, "id": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    unit_id = models.BigIntegerField()
    domain = models.SmallIntegerField()
    branch_id = models.BigIntegerField()
    code = models.CharField(max_length=64)  # the bank's number of the case
    kind = models.CharField(max_length=12)  # COMPLAINT, REQUEST, SUGGESTION
    received_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["unit_id", "code"], name="unit_request_unique")]


class UnitTie(Scoped):
    """A party outside a unit whose value the unit moves (`insight.influence`), with that party's own figures.

    In sight of who sees the unit and that party: influence is never a way around the wall between clients.
    """

    CLASSES = {"*": FIGURE, "id": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    unit_id = models.BigIntegerField()
    domain = models.SmallIntegerField()
    branch_id = models.BigIntegerField()
    role = models.CharField(max_length=12)
    party_id = models.BigIntegerField()  # the other one
    other_unit_id = models.BigIntegerField(null=True)  # its group, where that is managed
    aum = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    loan = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    revenue_12m = models.DecimalField(max_digits=24, decimal_places=2, null=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "as_of", "role", "party_id"], name="unit_tie_unique")
        ]
