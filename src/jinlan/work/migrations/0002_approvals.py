"""Approvals and what people decided about them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0001_tasks"),
        ("kernel", "0002_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("act", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("payload", models.JSONField()),
                ("payload_hash", models.CharField(max_length=64)),
                ("version", models.CharField(max_length=200)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("unit_id", models.BigIntegerField(null=True)),
                ("domain", models.SmallIntegerField(null=True)),
                ("branch_id", models.BigIntegerField(null=True)),
                ("beneficiaries", models.JSONField(default=list)),
                ("stages", models.JSONField()),
                ("stage", models.SmallIntegerField(default=0)),
                ("maker_name", models.CharField(max_length=100)),
                ("reason", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待复核"),
                            ("done", "已执行"),
                            ("refused", "已拒绝"),
                            ("void", "已作废"),
                            ("expired", "已过期"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("maker_id", models.BigIntegerField()),
                ("person_name", models.CharField(max_length=100)),
                ("username", models.CharField(max_length=64)),
                ("stage", models.SmallIntegerField()),
                ("approves", models.BooleanField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="work.approval",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["state", "-opened_at"], name="approval_state"),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("entity", "act", "payload_hash"),
                name="approval_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(fields=("id", "maker"), name="approval_maker"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("approval", "person"), name="decision_one_word"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("approval", "stage"), name="decision_one_per_stage"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("maker_id")), _negated=True), name="decision_four_eyes"
            ),
        ),
        migrations.RunSQL(sql("work", "approvals.sql"), migrations.RunSQL.noop),
    ]
