"""Contacts that are prepared, behind their policies from the start."""

from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0001_consent_ledger"),
        ("kernel", "0008_saved_views"),
        ("work", "0003_preflight"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField()),
                ("unit_branch_id", models.BigIntegerField()),
                ("purpose", models.CharField(max_length=20)),
                ("channel", models.CharField(max_length=12)),
                ("what", models.CharField(max_length=200)),
                ("offer", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "待执行"),
                            ("stopped", "已拦下"),
                            ("released", "已放行"),
                            ("dropped", "已放弃"),
                        ],
                        default="prepared",
                        max_length=8,
                    ),
                ),
                ("planned_at", models.DateTimeField()),
                ("prepared_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("person_name", models.CharField(max_length=100)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["party_id", "-prepared_at"], name="contact_party")],
            },
        ),
        migrations.RunSQL(sql("domains.compliance", "contact.sql"), migrations.RunSQL.noop),
    ]
