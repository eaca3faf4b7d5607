"""The rhythm of each client as of the newest published date, and whether it is silent against it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jinlan.domains.engagement.rules.rhythm import CHANNELS, REASONS, STATES
from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF
from jinlan.kernel.record import AboutUnit


class Rhythm(AboutUnit):
    """How often one client and we speak over one channel; `services.rhythm` writes all rows anew, people none.

    Days are working days on which a contact could have been expected. `evidence` holds the days of contacts, the gaps between them,
    the weekdays that were not counted by why, and the numbers of the register: what the rest follows from.
    """

    CLASSES = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL, "lead": STAFF, "rule": INTERNAL,
               "run_id": INTERNAL}  # fmt: skip
    SPOKEN = (("ALL", "全部往来"), ("FACE", "面访"), ("CALL", "电话或视频"))
    STANDS = (("unknown", "节奏未知"), ("steady", "如常"), ("silent", "沉默"))
    channel = models.CharField(max_length=4, choices=SPOKEN)
    as_of = models.DateField()
    run_id = models.BigIntegerField()  # of the publication
    rule = models.CharField(max_length=20)  # version of the rule
    state = models.CharField(max_length=8, choices=STANDS)
    suppressed = models.CharField(max_length=10, blank=True, default="", db_default="")
    gaps = models.IntegerField(default=0)
    median = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    limit_days = models.IntegerField(null=True)
    last_on = models.DateField(null=True)
    expected_on = models.DateField(null=True)
    silent_days = models.IntegerField(default=0)
    as_long = models.IntegerField(default=0)  # of the gaps
    lead = models.CharField(max_length=64, blank=True, default="", db_default="")
    evidence = models.JSONField(default=dict)

    class Meta(AboutUnit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "channel"], name="rhythm_once"),
            models.CheckConstraint(
                condition=Q(channel__in=CHANNELS, state__in=STATES, suppressed__in=["", *REASONS]),
                name="rhythm_codes",
            ),
            models.CheckConstraint(
                condition=Q(state="unknown", median=None, limit_days=None)
                | Q(
                    ~Q(state="unknown"), median__isnull=False, limit_days__isnull=False, last_on__isnull=False
                ),
                name="rhythm_known",
            ),
            models.CheckConstraint(
                condition=Q(as_long__gte=0, silent_days__gte=0, as_long__lte=models.F("gaps")),
                name="rhythm_counts",
            ),
        ]
        indexes = [models.Index(fields=["entity", "channel", "state"], name="rhythm_state")]
