"""The directory, the vault and coverage, behind their policies from the start."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_people_scope_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="Branch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("code", models.CharField(max_length=64)),
                ("level", models.SmallIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("valid_from", models.DateField(null=True)),
                ("valid_to", models.DateField(null=True)),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.branch",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="clients.branch",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CounterpartyIdentity",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("match_hash", models.CharField(max_length=64)),
                ("value", models.BinaryField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "match_hash"), name="counterparty_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="Employee",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("code", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("position", models.CharField(blank=True, max_length=100)),
                ("active", models.BooleanField(default=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.branch"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField()),
                (
                    "absent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.employee"
                    ),
                ),
                (
                    "deputy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.employee"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("code", models.CharField(max_length=64)),
                ("party_type", models.CharField(max_length=8)),
                ("domain", models.SmallIntegerField(choices=[(0, "个人"), (1, "对公")])),
                ("status", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=200)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("former_name", models.CharField(blank=True, max_length=200)),
                ("uscc", models.CharField(blank=True, max_length=18)),
                ("region_code", models.CharField(blank=True, max_length=12)),
                ("industry_code", models.CharField(blank=True, max_length=12)),
                ("org_size", models.CharField(blank=True, max_length=12)),
                ("pinyin_key", models.CharField(blank=True, max_length=400)),
                (
                    "grams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("search_text", models.TextField(blank=True)),
                ("restricted", models.BooleanField(default=False)),
                ("erased", models.BooleanField(default=False)),
                (
                    "unit_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "unit_branch_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.branch"
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.party",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PartyIdentity",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("domain", models.SmallIntegerField(choices=[(0, "个人"), (1, "对公")])),
                ("kind", models.CharField(max_length=8)),
                ("ref", models.CharField(blank=True, max_length=64)),
                ("value", models.BinaryField()),
                ("masked", models.CharField(max_length=200)),
                ("match_hash", models.CharField(blank=True, max_length=64)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.branch"
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to="clients.party",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("code", models.CharField(max_length=80)),
                (
                    "kind",
                    models.CharField(
                        choices=[("HNW", "高净值家庭"), ("GROUP", "企业集团"), ("PARTNER", "合作伙伴")],
                        max_length=8,
                    ),
                ),
                ("domain", models.SmallIntegerField(choices=[(0, "个人"), (1, "对公")])),
                ("name", models.CharField(max_length=200)),
                ("controller_label", models.CharField(blank=True, max_length=200)),
                ("pinyin_key", models.CharField(blank=True, max_length=400)),
                (
                    "grams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("search_text", models.TextField(blank=True)),
                (
                    "member_branch_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.branch"
                    ),
                ),
                (
                    "root_party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.party"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("domain", models.SmallIntegerField(choices=[(0, "个人"), (1, "对公")])),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("LEAD", "主办"),
                            ("ASSIST", "协办"),
                            ("PRODUCT", "产品"),
                            ("RISK", "风险"),
                            ("SERVICE", "服务"),
                            ("SPONSOR", "分管领导"),
                        ],
                        max_length=8,
                    ),
                ),
                ("credit_share", models.DecimalField(decimal_places=8, max_digits=12, null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.branch"
                    ),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coverage",
                        to="clients.employee",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverage",
                        to="clients.party",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverage",
                        to="clients.unit",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="UnitMember",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("domain", models.SmallIntegerField(choices=[(0, "个人"), (1, "对公")])),
                ("source", models.CharField(max_length=10)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("current", models.BooleanField(default=True)),
                ("claims", models.JSONField(default=list)),
                ("share", models.DecimalField(decimal_places=8, max_digits=12, null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.branch"
                    ),
                ),
                (
                    "parent_party",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.party",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.party"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="clients.unit"
                    ),
                ),
                (
                    "unit_branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.branch"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="branch",
            constraint=models.UniqueConstraint(fields=("entity", "code"), name="branch_code_unique"),
        ),
        migrations.AddConstraint(
            model_name="employee",
            constraint=models.UniqueConstraint(fields=("entity", "code"), name="employee_code_unique"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=models.Index(fields=["entity", "pinyin_key", "id"], name="party_pinyin"),
        ),
        migrations.AddIndex(
            model_name="party",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["grams"], gin_pending_list_limit=1024, name="party_grams", opclasses=["sec.key_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="party",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["unit_keys"],
                gin_pending_list_limit=1024,
                name="party_unit_keys",
                opclasses=["sec.key_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="party",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["unit_branch_keys"],
                gin_pending_list_limit=1024,
                name="party_unit_branch_keys",
                opclasses=["sec.key_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(fields=("entity", "code"), name="party_code_unique"),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("id__lt", 2147483648)), name="party_key_fits"
            ),
        ),
        migrations.AddConstraint(
            model_name="partyidentity",
            constraint=models.UniqueConstraint(
                fields=("party", "kind", "ref", "match_hash"), name="identity_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["entity", "pinyin_key", "id"], name="unit_pinyin"),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["grams"], gin_pending_list_limit=1024, name="unit_grams", opclasses=["sec.key_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["member_branch_keys"],
                gin_pending_list_limit=1024,
                name="unit_member_branch_keys",
                opclasses=["sec.key_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("entity", "code"), name="unit_code_unique"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("id__lt", 2147483648)), name="unit_key_fits"
            ),
        ),
        migrations.AddIndex(
            model_name="coverage",
            index=models.Index(fields=["employee", "valid_from"], name="coverage_employee"),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__isnull", True), ("party__isnull", True), _connector="XOR"),
                name="coverage_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitmember",
            constraint=models.UniqueConstraint(
                fields=("unit", "party", "valid_from"), name="unit_member_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gt", models.F("valid_from")), _connector="OR"
                ),
                name="unit_member_period",
            ),
        ),
        migrations.RunSQL(sql("clients", "resolve.sql"), migrations.RunSQL.noop),
        migrations.RunSQL(sql("clients", "policies.sql"), migrations.RunSQL.noop),
    ]
