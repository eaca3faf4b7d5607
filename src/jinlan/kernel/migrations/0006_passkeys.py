"""Passkeys as a second factor."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0005_three_administrators"),
    ]

    operations = [
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("credential_id", models.BinaryField(unique=True)),
                ("public_key", models.BinaryField()),
                ("sign_count", models.BigIntegerField(default=0)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("created_at", models.DateTimeField()),
                ("last_used", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["person"], name="passkey_person")],
            },
        ),
        migrations.RunSQL(sql("kernel", "passkeys.sql"), migrations.RunSQL.noop),
    ]
