"""People of clients, interactions and promises; behind their policies from the start."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ContactPerson",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("pinyin_key", models.CharField(blank=True, max_length=400)),
                (
                    "grams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("search_text", models.TextField(blank=True)),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                (
                    "source",
                    models.CharField(
                        choices=[("person", "本行人员"), ("extract", "供数")], default="person", max_length=8
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=64)),
                ("name", models.CharField(max_length=100)),
                (
                    "decision_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("DECIDER", "决策者"),
                            ("INFLUENCER", "影响者"),
                            ("USER", "使用者"),
                            ("GATEKEEPER", "把关者"),
                            ("CHAMPION", "支持者"),
                            ("OPPONENT", "反对者"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("influence", models.SmallIntegerField(null=True)),
                ("attitude", models.SmallIntegerField(null=True)),
                (
                    "level",
                    models.SmallIntegerField(
                        choices=[(1, "董事会与一把手"), (2, "高管"), (3, "部门负责人"), (4, "经办")],
                        null=True,
                    ),
                ),
                ("left_on", models.DateField(null=True)),
                ("place_x", models.SmallIntegerField(null=True)),
                ("place_y", models.SmallIntegerField(null=True)),
                ("made_by", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "reports_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="engagement.contactperson",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Interaction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("inside", models.BooleanField(db_default=False, default=False)),
                (
                    "readers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("VISIT", "拜访"),
                            ("CALL", "电话"),
                            ("VIDEO", "视频"),
                            ("MAIL", "邮件"),
                            ("EVENT", "活动"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "计划中"), ("held", "已进行"), ("cancelled", "已取消")],
                        max_length=10,
                    ),
                ),
                (
                    "begun_by",
                    models.CharField(
                        choices=[("bank", "我行发起"), ("client", "客户发起")], default="bank", max_length=8
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("place", models.CharField(blank=True, default="", max_length=100)),
                ("subject", models.CharField(max_length=200)),
                (
                    "staff",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), size=None
                    ),
                ),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                ("two_way", models.BooleanField(db_default=True, default=True)),
                ("minutes", models.TextField(blank=True, default="")),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), db_default=[], default=list, size=None
                    ),
                ),
                ("next_on", models.DateField(null=True)),
                ("minutes_at", models.DateTimeField(null=True)),
                ("minutes_by", models.CharField(blank=True, default="", max_length=64)),
                ("arrived_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("made_by", models.CharField(max_length=64)),
                ("made_name", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
                ("edition", models.IntegerField(default=1)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["unit_id", "-starts_at", "-id"], name="interaction_unit"),
                    django.contrib.postgres.indexes.GinIndex(fields=["people"], name="interaction_people"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None), ("ends_at__gte", models.F("starts_at")), _connector="OR"
                        ),
                        name="interaction_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("staff__len__gte", 1)), name="interaction_has_staff"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("minutes_at", None), ("minutes_by", "")),
                            models.Q(
                                models.Q(("minutes_at__isnull", False), ("state", "held")),
                                models.Q(("minutes_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="interaction_minutes_held",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("inside", False), ("readers__len__gte", 1), _connector="OR"),
                        name="interaction_readers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Pair",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("employee", models.CharField(max_length=64)),
                (
                    "level",
                    models.SmallIntegerField(
                        choices=[(1, "董事会与一把手"), (2, "高管"), (3, "部门负责人"), (4, "经办")]
                    ),
                ),
                ("days", models.SmallIntegerField()),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pairs",
                        to="engagement.contactperson",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("title", models.CharField(max_length=60)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="engagement.contactperson",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("inside", models.BooleanField(db_default=False, default=False)),
                (
                    "readers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                ("side", models.CharField(choices=[("bank", "我行"), ("client", "客户")], max_length=8)),
                ("what", models.CharField(max_length=300)),
                ("owner", models.CharField(max_length=64)),
                ("made_on", models.DateField()),
                ("due_on", models.DateField()),
                ("first_due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("made", "进行中"),
                            ("kept", "已兑现"),
                            ("late", "迟延兑现"),
                            ("broken", "未兑现"),
                            ("released", "已解除"),
                        ],
                        default="made",
                        max_length=10,
                    ),
                ),
                ("closed_on", models.DateField(null=True)),
                ("evidence", models.CharField(blank=True, default="", max_length=500)),
                ("internal", models.BooleanField(default=False)),
                ("made_by", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("edition", models.IntegerField(default=1)),
                (
                    "interaction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises",
                        to="engagement.interaction",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="engagement.contactperson",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PromiseStep",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("inside", models.BooleanField(db_default=False, default=False)),
                (
                    "readers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("made", "进行中"),
                            ("kept", "已兑现"),
                            ("late", "迟延兑现"),
                            ("broken", "未兑现"),
                            ("released", "已解除"),
                            ("moved", "改期"),
                            ("handed", "换人"),
                        ],
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField()),
                ("owner", models.CharField(max_length=64)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
                ("by", models.CharField(max_length=64)),
                ("by_name", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "promise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="engagement.promise",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("employee", models.CharField(max_length=64)),
                (
                    "access",
                    models.SmallIntegerField(
                        choices=[(0, "没有"), (1, "见过"), (2, "经常往来"), (3, "信任"), (4, "战略伙伴")]
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ties",
                        to="engagement.contactperson",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="contactperson",
            index=models.Index(fields=["unit_id"], name="contact_person_unit"),
        ),
        migrations.AddConstraint(
            model_name="contactperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True),
                fields=("unit_id", "code"),
                name="contact_person_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactperson",
            constraint=models.CheckConstraint(
                condition=models.Q(("influence", None), ("influence__range", (1, 5)), _connector="OR"),
                name="contact_person_influence",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactperson",
            constraint=models.CheckConstraint(
                condition=models.Q(("attitude", None), ("attitude__range", (-2, 2)), _connector="OR"),
                name="contact_person_attitude",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactperson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reports_to", None),
                    models.Q(("reports_to", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="contact_person_own_chief",
            ),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__range", (1, 730))), name="pair_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                name="pair_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("person", "employee"), name="pair_once_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gt", models.F("since")), _connector="OR"),
                name="post_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                fields=("person", "party_id", "title", "since"), name="post_once"
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["unit_id", "state", "due_on"], name="promise_unit"),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["entity", "owner", "state", "due_on"], name="promise_owner"),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_on__gte", models.F("made_on")), ("first_due_on__gte", models.F("made_on"))
                ),
                name="promise_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_on", None), ("state", "made")),
                    models.Q(
                        models.Q(("state", "made"), _negated=True),
                        ("closed_at__isnull", False),
                        ("closed_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="promise_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "kept"), _negated=True),
                    ("closed_on__lte", models.F("due_on")),
                    _connector="OR",
                ),
                name="promise_kept_in_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("late", "broken")), _negated=True),
                    ("closed_on__gt", models.F("due_on")),
                    _connector="OR",
                ),
                name="promise_late",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(("inside", False), ("readers__len__gte", 1), _connector="OR"),
                name="promise_readers",
            ),
        ),
        migrations.AddIndex(
            model_name="promisestep",
            index=models.Index(fields=["promise", "at"], name="promise_step"),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(("access__range", (0, 4))), name="tie_access"
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                name="tie_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until", None)), fields=("person", "employee"), name="tie_once_at_a_time"
            ),
        ),
        migrations.RunSQL(sql("domains.engagement", "people.sql"), migrations.RunSQL.noop),
        migrations.RunSQL(sql("domains.engagement", "interactions.sql"), migrations.RunSQL.noop),
    ]
