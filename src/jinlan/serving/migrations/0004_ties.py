"""Whose value a unit moves, behind its policies from the start."""

import django.db.models.deletion
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("serving", "0003_unit_contacts"),
        ("clients", "0003_party_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitTie",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("as_of", models.DateField()),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("role", models.CharField(max_length=12)),
                ("party_id", models.BigIntegerField()),
                ("other_unit_id", models.BigIntegerField(null=True)),
                ("aum", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("loan", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("revenue_12m", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
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
                    models.UniqueConstraint(
                        fields=("unit_id", "as_of", "role", "party_id"), name="unit_tie_unique"
                    )
                ],
            },
        ),
        migrations.RunSQL(sql("serving", "ties.sql"), migrations.RunSQL.noop),
    ]
