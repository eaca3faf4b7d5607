"""The clients' own people and their sessions, behind their policies from the start."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0003_party_keys"),
        ("kernel", "0010_sealing_anew"),
    ]

    operations = [
        migrations.CreateModel(
            name="PortalPrincipal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=100)),
                ("email", models.BinaryField()),
                ("match_hash", models.CharField(max_length=64)),
                ("password", models.CharField(max_length=128)),
                (
                    "used",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=128), default=list, size=None
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("one_time_until", models.DateTimeField(null=True)),
                ("password_at", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
                ("last_sign_in", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.party"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PortalSession",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("token_hash", models.CharField(max_length=40, unique=True)),
                ("created_at", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("address", models.CharField(blank=True, max_length=45)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signed_out", "已退出"),
                            ("idle", "长时间未操作"),
                            ("too_long", "达到最长时间"),
                            ("disabled", "账号已停用"),
                            ("password", "密码已更改"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.portalprincipal",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="portalprincipal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)), fields=("match_hash",), name="portal_email_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="portalprincipal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("is_active", True)),
                    models.Q(("ended_at__isnull", False), ("is_active", False)),
                    _connector="OR",
                ),
                name="portal_ended_or_active",
            ),
        ),
        migrations.RunSQL(sql("portal", "portal.sql"), migrations.RunSQL.noop),
    ]
