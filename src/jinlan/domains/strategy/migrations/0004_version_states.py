"""Versions have a life: draft, review, committee, approved; the database holds it."""

import django.contrib.postgres.functions
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0003_override_history"),
        ("kernel", "0010_sealing_anew"),
    ]

    operations = [
        migrations.AddField(
            model_name="definitionversion",
            name="author",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="definitionversion",
            name="based_on",
            field=models.CharField(blank=True, db_default="", max_length=20),
        ),
        migrations.AddField(
            model_name="definitionversion",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="definitionversion",
            name="edition",
            field=models.IntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="definitionversion",
            name="public_id",
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True),
        ),
        migrations.AddField(
            model_name="definitionversion",
            name="purpose",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.AddField(
            model_name="definitionversion",
            name="reviewer",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AddField(
            model_name="definitionversion",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("review", "待审核"),
                    ("committee", "待审议"),
                    ("approved", "已批准"),
                    ("withdrawn", "已撤回"),
                ],
                db_default="approved",
                default="approved",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="definitionversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved")),
                fields=("entity", "kind", "valid_from"),
                name="definition_one_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="definitionversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewer", ""),
                    models.Q(("reviewer", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="definition_two_people",
            ),
        ),
        migrations.RunSQL(sql("domains.strategy", "versions.sql"), migrations.RunSQL.noop),
    ]
