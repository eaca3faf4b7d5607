"""Texts and ledger of consents, behind their policies from the start."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0002_duties"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("purpose", models.CharField(max_length=20)),
                ("version", models.CharField(max_length=20)),
                ("sha256", models.CharField(max_length=64)),
                ("zh", models.TextField()),
                ("en", models.TextField()),
                ("valid_from", models.DateField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entity", "purpose", "version"), name="consent_text_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("given", "授权"),
                            ("withdrawn", "撤回"),
                            ("suppressed", "请勿联系"),
                            ("unsuppressed", "恢复联系"),
                        ],
                        max_length=12,
                    ),
                ),
                ("purpose", models.CharField(blank=True, max_length=20)),
                ("channel", models.CharField(blank=True, max_length=12)),
                ("legal_entity", models.CharField(max_length=16)),
                ("legal_basis", models.CharField(blank=True, max_length=12)),
                ("recipient", models.CharField(blank=True, max_length=200)),
                ("text_version", models.CharField(blank=True, max_length=20)),
                ("text_sha256", models.CharField(blank=True, max_length=64)),
                ("at", models.DateTimeField()),
                ("way", models.CharField(blank=True, max_length=12)),
                ("proof", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "source",
                    models.CharField(choices=[("person", "本行人员"), ("extract", "供数")], max_length=8),
                ),
                ("source_key", models.CharField(max_length=64)),
                ("person_name", models.CharField(max_length=100)),
                ("recorded_at", models.DateTimeField()),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.party"
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
                "indexes": [models.Index(fields=["party", "-at"], name="consent_party")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entity", "source", "source_key", "act"), name="consent_entry_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("at__lte", models.F("recorded_at"))), name="consent_not_ahead"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act__in", ("given", "withdrawn")), ("purpose__gt", "")),
                            models.Q(
                                ("act__in", ("suppressed", "unsuppressed")), ("channel", ""), ("purpose", "")
                            ),
                            _connector="OR",
                        ),
                        name="consent_about_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("domains.compliance", "consent.sql"), migrations.RunSQL.noop),
    ]
