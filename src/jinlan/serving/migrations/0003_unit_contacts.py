"""Contacts with managed units, behind their policies from the start."""

from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("serving", "0002_base_currency"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitContact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("code", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=10)),
                ("executive", models.BooleanField(default=False)),
                ("happened_on", models.DateField()),
                ("minutes_on", models.DateField(null=True)),
                ("two_way", models.BooleanField()),
                ("client_side", models.BooleanField()),
                ("employee", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["unit_id", "-happened_on"], name="unit_contact_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit_id", "code"), name="unit_contact_unique")
                ],
            },
        ),
        migrations.RunSQL(sql("serving", "contacts.sql"), migrations.RunSQL.noop),
    ]
