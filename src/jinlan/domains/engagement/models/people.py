"""People of a client: posts over time, what they decide, who of the bank knows them, and who meets whom how often (06 §6.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jinlan.domains.engagement.models.base import ABOUT, AboutMember
from jinlan.kernel.fields import INTERNAL, NAME, STAFF
from jinlan.kernel.search import Searchable


class ContactPerson(AboutMember, Searchable):
    """A natural person who acts for a client. `party_id` is the company that he acts for first.

    Minimum data: no health, religion or family; what is typed is screened. Names of people that the bank's own extract delivers stay in
    the identity vault: `code` is theirs, and `name` is then the vault's mask.
    """

    CLASSES = {**ABOUT, "name": NAME, "grams": NAME, "search_text": NAME, "pinyin_key": NAME, "code": INTERNAL, "source": INTERNAL,
               "made_by": STAFF, "made_at": INTERNAL}  # fmt: skip
    ROLES = (
        ("DECIDER", "决策者"),
        ("INFLUENCER", "影响者"),
        ("USER", "使用者"),
        ("GATEKEEPER", "把关者"),
        ("CHAMPION", "支持者"),
        ("OPPONENT", "反对者"),
    )
    SOURCES = (("person", "本行人员"), ("extract", "供数"))
    LEVELS = ((1, "董事会与一把手"), (2, "高管"), (3, "部门负责人"), (4, "经办"))
    source = models.CharField(max_length=8, choices=SOURCES, default="person")
    code = models.CharField(max_length=64, blank=True, default="")  # of the bank's extract
    name = models.CharField(max_length=100)
    decision_role = models.CharField(max_length=12, choices=ROLES, blank=True, default="")
    influence = models.SmallIntegerField(null=True)  # 1 … 5
    attitude = models.SmallIntegerField(null=True)  # −2 … +2
    level = models.SmallIntegerField(choices=LEVELS, null=True)
    reports_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    left_on = models.DateField(null=True)  # acts for this client no longer
    place_x = models.SmallIntegerField(null=True)  # where somebody drew him on the map, in thousandths
    place_y = models.SmallIntegerField(null=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta(AboutMember.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["unit_id", "code"], condition=~Q(code=""), name="contact_person_code"
            ),
            models.CheckConstraint(
                condition=Q(influence=None) | Q(influence__range=(1, 5)), name="contact_person_influence"
            ),
            models.CheckConstraint(
                condition=Q(attitude=None) | Q(attitude__range=(-2, 2)), name="contact_person_attitude"
            ),
            models.CheckConstraint(
                condition=Q(reports_to=None) | ~Q(reports_to=F("id")), name="contact_person_own_chief"
            ),
        ]
        indexes = [models.Index(fields=["unit_id"], name="contact_person_unit")]


class Post(AboutMember):
    """A post of a person: at which company (`party_id`), as what, from when until when."""

    CLASSES = dict(ABOUT)
    person = models.ForeignKey(ContactPerson, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="post_period"),
            models.UniqueConstraint(fields=["person", "party_id", "title", "since"], name="post_once"),
        ]


class Tie(AboutMember):
    """How well one of the bank's people knows a person of the client; a change ends a row and begins another (06 §6.3)."""

    CLASSES = {**ABOUT, "employee": STAFF}
    ACCESS = ((0, "没有"), (1, "见过"), (2, "经常往来"), (3, "信任"), (4, "战略伙伴"))
    person = models.ForeignKey(ContactPerson, on_delete=models.PROTECT, related_name="ties")
    employee = models.CharField(max_length=64)  # code
    access = models.SmallIntegerField(choices=ACCESS)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(access__range=(0, 4)), name="tie_access"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="tie_period"),
            models.UniqueConstraint(
                fields=["person", "employee"], condition=Q(until=None), name="tie_once_at_a_time"
            ),
        ]


class Pair(AboutMember):
    """A counterpart pair (对口): one of ours and one of theirs who meet on one level, every so many days."""

    CLASSES = {**ABOUT, "employee": STAFF}
    person = models.ForeignKey(ContactPerson, on_delete=models.PROTECT, related_name="pairs")
    employee = models.CharField(max_length=64)  # code
    level = models.SmallIntegerField(choices=ContactPerson.LEVELS)
    days = models.SmallIntegerField()  # the pair's own rhythm
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(days__range=(1, 730)), name="pair_days"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="pair_period"),
            models.UniqueConstraint(
                fields=["person", "employee"], condition=Q(until=None), name="pair_once_at_a_time"
            ),
        ]
