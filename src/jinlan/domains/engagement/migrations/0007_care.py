"""Care days, silences, occasions, and the register of gifts."""

import django.db.models.deletion
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0006_pipeline"),
    ]

    operations = [
        migrations.CreateModel(
            name="CareDay",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BIRTHDAY", "生日"),
                            ("FOUNDED", "公司成立日"),
                            ("LISTED", "上市日"),
                            ("FESTIVALS", "节日"),
                            ("TERMS", "节气"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "calendar",
                    models.CharField(
                        choices=[("SOLAR", "公历"), ("LUNAR", "农历")], default="SOLAR", max_length=6
                    ),
                ),
                ("month", models.SmallIntegerField(null=True)),
                ("day", models.SmallIntegerField(null=True)),
                ("leap", models.BooleanField(default=False)),
                ("year", models.SmallIntegerField(null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("SAID", "本人当面或电话告知"),
                            ("FORM", "本人填写的关怀意愿书"),
                            ("PORTAL", "本人在客户门户填写"),
                            ("PUBLIC", "公司公开信息"),
                        ],
                        max_length=8,
                    ),
                ),
                ("given_on", models.DateField()),
                ("made_by", models.CharField(max_length=64)),
                ("made_name", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
                ("withdrawn_by", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("withdrawn_at", models.DateTimeField(null=True)),
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
            name="Care",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("whom", models.CharField(max_length=80)),
                ("occasion", models.CharField(max_length=12)),
                ("year", models.SmallIntegerField()),
                ("falls_on", models.DateField(null=True)),
                ("ordinal", models.SmallIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待认领"),
                            ("claimed", "已认领"),
                            ("stopped", "复检未通过"),
                            ("done", "已问候"),
                            ("gone", "已撤回"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("held", models.BooleanField(db_default=False, default=False)),
                ("channel", models.CharField(blank=True, db_default="", default="", max_length=12)),
                ("preflight", models.UUIDField(null=True)),
                ("claimed_by", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("claimed_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("done_on", models.DateField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("in_time", models.BooleanField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="engagement.contactperson",
                    ),
                ),
                (
                    "care_day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occasions",
                        to="engagement.careday",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CareSilence",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("BEREAVEMENT", "丧事"),
                            ("DISPUTE", "纠纷"),
                            ("LITIGATION", "诉讼"),
                            ("OPT_OUT", "本人不愿被打扰"),
                            ("OFFICIAL", "公职或国企人员（不送礼）"),
                        ],
                        max_length=12,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("made_by", models.CharField(max_length=64)),
                ("made_name", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
                ("ended_by", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("ended_at", models.DateTimeField(null=True)),
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
            name="Gift",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField(null=True)),
                ("unit_branch_id", models.BigIntegerField()),
                ("whom", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "待审批"), ("valid", "已登记"), ("returned", "已退回")],
                        default="valid",
                        max_length=8,
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("GIVEN", "送出"), ("RECEIVED", "收下"), ("DECLINED", "已谢绝")],
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("GOODS", "物品"),
                            ("MEAL", "餐饮"),
                            ("TICKET", "活动门票"),
                            ("CASH", "礼金"),
                            ("CARD", "购物卡等"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("BIRTHDAY", "生日"),
                            ("FESTIVAL", "节日"),
                            ("ANNIVERSARY", "纪念日"),
                            ("VISIT", "拜访"),
                            ("OTHER", "其他"),
                        ],
                        max_length=12,
                    ),
                ),
                ("what", models.CharField(max_length=60)),
                ("value", models.DecimalField(decimal_places=2, max_digits=20)),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("given_on", models.DateField()),
                ("employee", models.CharField(max_length=64)),
                ("made_by", models.CharField(max_length=64)),
                ("made_name", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
                ("approved_by", models.CharField(blank=True, db_default="", default="", max_length=64)),
                ("closed_at", models.DateTimeField(null=True)),
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
        migrations.AddIndex(
            model_name="careday",
            index=models.Index(fields=["unit_id"], name="care_day_unit"),
        ),
        migrations.AddConstraint(
            model_name="careday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False), ("withdrawn_at", None)),
                fields=("person", "kind"),
                name="care_day_person_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="careday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person", None), ("withdrawn_at", None)),
                fields=("unit_id", "party_id", "kind"),
                name="care_day_member_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="careday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at", None),
                    models.Q(("day", None), ("leap", False), ("month", None), ("year", None)),
                    _connector="OR",
                ),
                name="care_day_emptied",
            ),
        ),
        migrations.AddConstraint(
            model_name="careday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("calendar__in", ("SOLAR", "LUNAR")),
                    ("kind__in", ("BIRTHDAY", "FOUNDED", "LISTED", "FESTIVALS", "TERMS")),
                ),
                name="care_day_codes",
            ),
        ),
        migrations.AddIndex(
            model_name="care",
            index=models.Index(fields=["unit_id", "falls_on"], name="care_unit"),
        ),
        migrations.AddIndex(
            model_name="care",
            index=models.Index(fields=["entity", "claimed_by", "state"], name="care_claimed"),
        ),
        migrations.AddConstraint(
            model_name="care",
            constraint=models.UniqueConstraint(
                fields=("care_day", "occasion", "year"), name="care_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="care",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("claimed", "stopped", "done"))),
                fields=("entity", "whom", "occasion", "year"),
                name="care_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="care",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("claimed", "stopped", "done")), _negated=True),
                    models.Q(models.Q(("claimed_name", ""), _negated=True), ("preflight__isnull", False)),
                    _connector="OR",
                ),
                name="care_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="care",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("done_at__isnull", False),
                        ("done_on__isnull", False),
                        ("in_time__isnull", False),
                        ("state", "done"),
                    ),
                    models.Q(
                        models.Q(("state", "done"), _negated=True),
                        ("done_at", None),
                        ("done_on", None),
                        ("in_time", None),
                    ),
                    _connector="OR",
                ),
                name="care_done",
            ),
        ),
        migrations.AddIndex(
            model_name="caresilence",
            index=models.Index(fields=["unit_id"], name="care_silence_unit"),
        ),
        migrations.AddConstraint(
            model_name="caresilence",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                name="care_silence_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="caresilence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ("BEREAVEMENT", "DISPUTE", "LITIGATION", "OPT_OUT", "OFFICIAL"))
                ),
                name="care_silence_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="gift",
            index=models.Index(fields=["entity", "whom", "given_on"], name="gift_whom"),
        ),
        migrations.AddIndex(
            model_name="gift",
            index=models.Index(fields=["unit_id"], name="gift_unit"),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(condition=models.Q(("value__gt", 0)), name="gift_value"),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ("CASH", "CARD")), _negated=True),
                    ("direction", "DECLINED"),
                    _connector="OR",
                ),
                name="gift_no_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("direction__in", ("GIVEN", "RECEIVED", "DECLINED")),
                    ("kind__in", ("GOODS", "MEAL", "TICKET", "CASH", "CARD")),
                ),
                name="gift_codes",
            ),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("state", "returned")),
                    models.Q(("closed_at", None), ("state__in", ("pending", "valid"))),
                    _connector="OR",
                ),
                name="gift_state",
            ),
        ),
        migrations.RunSQL(sql("domains.engagement", "care.sql"), migrations.RunSQL.noop),
    ]
