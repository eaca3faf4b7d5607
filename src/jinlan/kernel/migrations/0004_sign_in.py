"""What signing in needs: second factors, sessions that can be listed and ended, passwords once chosen."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql

MANAGERS = {"abstract": False, "base_manager_name": "objects", "default_manager_name": "objects"}


def person(**more: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        to=settings.AUTH_USER_MODEL,
        **({"related_name": "+"} | more),
    )


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_audit_chain")]

    operations = [
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("key_hash", models.CharField(max_length=40, unique=True)),
                ("created_at", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                ("address", models.CharField(blank=True, max_length=45)),
                ("agent", models.CharField(blank=True, max_length=60)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signed_out", "已退出"),
                            ("idle", "长时间未操作"),
                            ("too_long", "达到最长时间"),
                            ("ended", "在另一处被结束"),
                            ("admin", "被系统管理员结束"),
                            ("disabled", "账号已停用"),
                            ("password", "密码已更改"),
                        ],
                        max_length=10,
                    ),
                ),
                ("person", person(related_name="sessions")),
            ],
            options=MANAGERS
            | {"indexes": [models.Index(fields=["person", "-created_at"], name="staffsession_person")]},
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("secret", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("last_step", models.BigIntegerField(default=0)),
            ],
            options=MANAGERS,
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code_hash", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(null=True)),
                ("person", person()),
            ],
            options=MANAGERS
            | {
                "constraints": [
                    models.UniqueConstraint(fields=("person", "code_hash"), name="recovery_code_unique")
                ]
            },
        ),
        migrations.CreateModel(
            name="PasswordRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("password", models.CharField(max_length=128)),
                ("set_at", models.DateTimeField()),
                ("person", person()),
            ],
            options=MANAGERS
            | {"indexes": [models.Index(fields=["person", "-set_at"], name="passwordrecord_person")]},
        ),
        migrations.RunSQL(sql("kernel", "sign_in.sql"), migrations.RunSQL.noop),
    ]
