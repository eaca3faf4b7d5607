"""Care of the people of a client (客户关怀): the days that they gave, what silences them, and one greeting per person, occasion and year."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jinlan.domains.engagement.models.base import ABOUT, AboutMember
from jinlan.domains.engagement.models.people import ContactPerson
from jinlan.domains.engagement.rules import care as rules
from jinlan.domains.engagement.rules import gifts
from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF


class CareDay(AboutMember):
    """A day that a person gave for this purpose, or that a company has; never worked out from an identity number, never with a birth year.

    `person` is null where it is about the member itself: a natural person who is a client, or a company. A withdrawn one is emptied.
    """

    CLASSES = {**ABOUT, "source": INTERNAL, "kind": INTERNAL, "made_by": STAFF,
               "made_name": STAFF, "made_at": INTERNAL, "withdrawn_by": STAFF, "withdrawn_at": INTERNAL}  # fmt: skip
    KINDS = (
        ("BIRTHDAY", "生日"),
        ("FOUNDED", "公司成立日"),
        ("LISTED", "上市日"),
        ("FESTIVALS", "节日"),
        ("TERMS", "节气"),
    )
    CALENDARS = (("SOLAR", "公历"), ("LUNAR", "农历"))
    SOURCES = (
        ("SAID", "本人当面或电话告知"),
        ("FORM", "本人填写的关怀意愿书"),
        ("PORTAL", "本人在客户门户填写"),
        ("PUBLIC", "公司公开信息"),
    )
    person = models.ForeignKey(ContactPerson, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=KINDS)
    calendar = models.CharField(max_length=6, choices=CALENDARS, default="SOLAR")
    month = models.SmallIntegerField(null=True)
    day = models.SmallIntegerField(null=True)
    leap = models.BooleanField(default=False)  # the leap month of that number (闰月)
    year = models.SmallIntegerField(null=True)  # of a company's anniversary
    source = models.CharField(max_length=8, choices=SOURCES)
    given_on = models.DateField()
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(AboutMember.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(withdrawn_at=None, person__isnull=False),
                name="care_day_person_once",
            ),
            models.UniqueConstraint(
                fields=["unit_id", "party_id", "kind"],
                condition=Q(withdrawn_at=None, person=None),
                name="care_day_member_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(month=None, day=None, leap=False, year=None),
                name="care_day_emptied",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=rules.KINDS, calendar__in=rules.CALENDARS), name="care_day_codes"
            ),
        ]
        indexes = [models.Index(fields=["unit_id"], name="care_day_unit")]


class CareSilence(AboutMember):
    """Why a client, or one of its people, is left alone in [since, until): a code, never a word about health or family."""

    CLASSES = {
        **ABOUT,
        "made_by": STAFF,
        "made_name": STAFF,
        "made_at": INTERNAL,
        "ended_by": STAFF,
        "ended_at": INTERNAL,
    }
    REASONS = (
        ("BEREAVEMENT", "丧事"),
        ("DISPUTE", "纠纷"),
        ("LITIGATION", "诉讼"),
        ("OPT_OUT", "本人不愿被打扰"),
        ("OFFICIAL", "公职或国企人员（不送礼）"),
    )
    person = models.ForeignKey(ContactPerson, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=REASONS)
    since = models.DateField()
    until = models.DateField(null=True)
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    ended_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True)

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="care_silence_period"
            ),
            models.CheckConstraint(condition=Q(reason__in=rules.REASONS), name="care_silence_reason"),
        ]
        indexes = [models.Index(fields=["unit_id"], name="care_silence_unit")]


class Care(AboutMember):
    """One occasion of one care day: open, claimed by somebody, greeted. `whom` tells whom it is about, over all clients and departments.

    That nobody is greeted twice is the database's: of one `whom`, occasion and year one row alone may be taken. The checks before a
    greeting stand in the preflight that `preflight` names. `held` is what the nightly run knows of complaints and wishes.
    """

    CLASSES = {**ABOUT, "whom": INTERNAL, "claimed_by": STAFF, "claimed_name": STAFF, "claimed_at": INTERNAL,
               "preflight": INTERNAL, "done_at": INTERNAL, "held": INTERNAL}  # fmt: skip
    STATES = (
        ("open", "待认领"),
        ("claimed", "已认领"),
        ("stopped", "复检未通过"),
        ("done", "已问候"),
        ("gone", "已撤回"),
    )
    care_day = models.ForeignKey(CareDay, on_delete=models.PROTECT, related_name="occasions")
    person = models.ForeignKey(ContactPerson, null=True, on_delete=models.PROTECT, related_name="+")
    whom = models.CharField(max_length=80)
    occasion = models.CharField(max_length=12)
    year = models.SmallIntegerField()  # of the calendar that the day follows
    falls_on = models.DateField(null=True)  # emptied with the day
    ordinal = models.SmallIntegerField(null=True)  # of an anniversary
    state = models.CharField(max_length=8, choices=STATES, default="open")
    held = models.BooleanField(default=False, db_default=False)
    channel = models.CharField(max_length=12, blank=True, default="", db_default="")
    preflight = models.UUIDField(null=True)
    claimed_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    claimed_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    claimed_at = models.DateTimeField(null=True)
    done_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True)

    class Meta(AboutMember.Meta):
        constraints = [
            models.UniqueConstraint(fields=["care_day", "occasion", "year"], name="care_once_a_day"),
            models.UniqueConstraint(
                fields=["entity", "whom", "occasion", "year"],
                condition=Q(state__in=rules.TAKEN),
                name="care_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=rules.TAKEN) | Q(~Q(claimed_name=""), preflight__isnull=False),
                name="care_taken",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False, done_at__isnull=False, in_time__isnull=False)
                | (~Q(state="done") & Q(done_on=None, done_at=None, in_time=None)),
                name="care_done",
            ),
        ]
        indexes = [
            models.Index(fields=["unit_id", "falls_on"], name="care_unit"),
            models.Index(fields=["entity", "claimed_by", "state"], name="care_claimed"),
        ]


class Gift(AboutMember):
    """A gift to a person of a client or to a client, or from one of them to one of ours; declined ones are kept too.

    `whom` is its recipient over all clients and departments: the yearly cap is his. One over the line waits for a head, and counts
    against the cap meanwhile.
    """

    CLASSES = {**ABOUT, "whom": INTERNAL, "employee": STAFF, "made_by": STAFF, "made_name": STAFF, "made_at": INTERNAL,
               "approved_by": STAFF, "closed_at": INTERNAL, "state": INTERNAL, "currency": FIGURE}  # fmt: skip
    DIRECTIONS = (("GIVEN", "送出"), ("RECEIVED", "收下"), ("DECLINED", "已谢绝"))
    KINDS = (
        ("GOODS", "物品"),
        ("MEAL", "餐饮"),
        ("TICKET", "活动门票"),
        ("CASH", "礼金"),
        ("CARD", "购物卡等"),
    )
    OCCASIONS = (
        ("BIRTHDAY", "生日"),
        ("FESTIVAL", "节日"),
        ("ANNIVERSARY", "纪念日"),
        ("VISIT", "拜访"),
        ("OTHER", "其他"),
    )
    STATES = (("pending", "待审批"), ("valid", "已登记"), ("returned", "已退回"))
    person = models.ForeignKey(ContactPerson, null=True, on_delete=models.PROTECT, related_name="+")
    whom = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=STATES, default="valid")
    direction = models.CharField(max_length=8, choices=DIRECTIONS)
    kind = models.CharField(max_length=8, choices=KINDS)
    occasion = models.CharField(max_length=12, choices=OCCASIONS)
    what = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=20, decimal_places=2)
    currency = models.CharField(max_length=3, default="CNY")
    given_on = models.DateField()
    employee = models.CharField(max_length=64)  # of ours: who gave it, or to whom it was given
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    approved_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    closed_at = models.DateTimeField(null=True)

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(value__gt=0), name="gift_value"),
            models.CheckConstraint(
                condition=~Q(kind__in=gifts.LIKE_MONEY) | Q(direction="DECLINED"), name="gift_no_money"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=gifts.DIRECTIONS, kind__in=gifts.KINDS), name="gift_codes"
            ),
            models.CheckConstraint(
                condition=Q(state="returned", closed_at__isnull=False)
                | Q(state__in=("pending", "valid"), closed_at=None),
                name="gift_state",
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "whom", "given_on"], name="gift_whom"),
            models.Index(fields=["unit_id"], name="gift_unit"),
        ]
