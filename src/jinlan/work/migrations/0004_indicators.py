"""What indicators were, date by date, for those who see the whole bank."""

from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0003_preflight"),
    ]

    operations = [
        migrations.CreateModel(
            name="IndicatorValue",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("code", models.CharField(max_length=20)),
                ("as_of", models.DateField()),
                ("run_id", models.BigIntegerField()),
                ("value", models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                ("top", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("bottom", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
                ("target", models.DecimalField(decimal_places=6, max_digits=24)),
                ("met", models.BooleanField(null=True)),
                ("why", models.CharField(blank=True, max_length=20)),
                ("inputs", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "code", "as_of"), name="indicator_value_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("met__isnull", False), ("value__isnull", False), ("why", "")),
                            models.Q(
                                models.Q(("why", ""), _negated=True),
                                ("met__isnull", True),
                                ("value__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="indicator_value_or_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql("work", "indicators.sql"), migrations.RunSQL.noop),
    ]
