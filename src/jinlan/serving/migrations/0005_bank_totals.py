"""Totals of the whole bank by kind, for those who see the whole bank."""

import django.db.models.deletion
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("serving", "0004_ties"),
    ]

    operations = [
        migrations.CreateModel(
            name="BankTotal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("kind", models.CharField(max_length=8)),
                ("units", models.IntegerField()),
                ("tiered", models.IntegerField()),
                ("unknown", models.IntegerField()),
                ("unknown_tiered", models.IntegerField()),
                ("revenue", models.DecimalField(decimal_places=2, max_digits=24)),
                ("revenue_tiered", models.DecimalField(decimal_places=2, max_digits=24)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="serving.run"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "as_of", "kind"), name="bank_total_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("units__gte", models.F("tiered")), ("unknown__gte", models.F("unknown_tiered"))
                        ),
                        name="bank_total_part",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("serving", "totals.sql"), migrations.RunSQL.noop),
    ]
