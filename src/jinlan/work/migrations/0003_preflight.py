"""What was asked before something went ahead, what people cleared, what went ahead."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0002_approvals"),
        ("clients", "0002_duties"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PreflightRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=20)),
                (
                    "moment",
                    models.CharField(
                        choices=[("ask", "预检"), ("recheck", "复检"), ("release", "执行前")], max_length=8
                    ),
                ),
                ("unit_id", models.BigIntegerField(null=True)),
                ("domain", models.SmallIntegerField(null=True)),
                ("branch_id", models.BigIntegerField(null=True)),
                ("party_id", models.BigIntegerField(null=True)),
                ("channel", models.CharField(blank=True, max_length=12)),
                ("purpose", models.CharField(blank=True, max_length=20)),
                ("facts", models.JSONField(default=dict)),
                ("planned_at", models.DateTimeField()),
                ("person_name", models.CharField(max_length=100)),
                ("asked_at", models.DateTimeField()),
                ("colour", models.CharField(max_length=5)),
                ("clear", models.BooleanField()),
                ("verdicts", models.JSONField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.preflightrecord",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Clearance",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("check_code", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=[("ack", "确认"), ("override", "例外放行")], max_length=8)),
                ("version", models.CharField(blank=True, max_length=200)),
                ("person_name", models.CharField(max_length=100)),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "approval",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                (
                    "preflight",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearances",
                        to="work.preflightrecord",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=20)),
                ("party_id", models.BigIntegerField(null=True)),
                ("channel", models.CharField(blank=True, max_length=12)),
                ("purpose", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "preflight",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="work.preflightrecord",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="preflightrecord",
            index=models.Index(fields=["party_id", "-asked_at"], name="preflight_party"),
        ),
        migrations.AddConstraint(
            model_name="clearance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approval__isnull", True), ("kind", "ack")),
                    models.Q(("approval__isnull", False), ("kind", "override")),
                    _connector="OR",
                ),
                name="clearance_override_approved",
            ),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(fields=["party_id", "channel", "at"], name="release_party"),
        ),
        migrations.RunSQL(sql("work", "preflight.sql"), migrations.RunSQL.noop),
    ]
