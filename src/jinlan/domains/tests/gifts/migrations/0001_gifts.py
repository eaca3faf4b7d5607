"""Gifts."""

import django.contrib.postgres.fields
from django.db import migrations, models

import jinlan.basics.ids
from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0008_saved_views")]

    operations = [
        migrations.CreateModel(
            name="Gift",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=jinlan.basics.ids.uuid7, unique=True)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("pinyin_key", models.CharField(blank=True, max_length=400)),
                (
                    "grams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("search_text", models.TextField(blank=True)),
                ("what", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=8)),
                ("value", models.DecimalField(decimal_places=2, max_digits=18)),
                ("given_on", models.DateField()),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("returned", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RunSQL(sql("domains.tests.gifts", "gifts.sql"), migrations.RunSQL.noop),
    ]
