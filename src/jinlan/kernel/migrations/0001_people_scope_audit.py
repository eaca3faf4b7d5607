"""People, roles, audit, and the sealed scope that every later table stands behind."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("username", models.CharField(max_length=64, unique=True)),
                ("display_name", models.CharField(max_length=100)),
                ("employee_code", models.CharField(blank=True, max_length=64)),
                ("locale", models.CharField(default="zh-hans", max_length=10)),
                (
                    "theme",
                    models.CharField(
                        choices=[("auto", "跟随系统"), ("light", "浅色"), ("dark", "深色")],
                        default="auto",
                        max_length=5,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("technical", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("employee_code", ""), _negated=True),
                        fields=("entity", "employee_code"),
                        name="person_employee_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("person", models.BigIntegerField(null=True)),
                ("username", models.CharField(blank=True, max_length=64)),
                ("purpose", models.CharField(blank=True, max_length=20)),
                ("verb", models.CharField(max_length=60)),
                ("object_type", models.CharField(max_length=40)),
                ("object_id", models.CharField(max_length=120)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("row_hash", models.CharField(max_length=64)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["object_type", "object_id", "-id"], name="audit_object"),
                    models.Index(fields=["entity", "-at"], name="audit_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "客户经理"),
                            ("private_banker", "私人银行家"),
                            ("branch_head", "分支机构负责人"),
                            ("dept_head", "部门负责人"),
                            ("risk", "风险经理"),
                            ("compliance", "合规"),
                            ("auditor", "审计"),
                            ("system_admin", "系统管理员"),
                            ("system", "系统"),
                        ],
                        max_length=16,
                    ),
                ),
                ("branch_code", models.CharField(blank=True, max_length=64)),
                ("domain", models.SmallIntegerField(blank=True, null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "valid_from"], name="rolegrant_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="rolegrant_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("domain__isnull", True), ("domain__in", (0, 1)), _connector="OR"),
                        name="rolegrant_domain",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("kernel", "scope.sql"), sql("kernel", "drop.sql")),
        migrations.RunSQL(sql("kernel", "protect.sql"), migrations.RunSQL.noop),
        migrations.RunSQL(sql("kernel", "people.sql"), migrations.RunSQL.noop),
    ]
