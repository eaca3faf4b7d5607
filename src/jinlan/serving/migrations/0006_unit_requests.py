"""What managed units asked for, behind its policies from the start."""

from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("serving", "0005_bank_totals"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnitRequest",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("code", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=12)),
                ("received_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("unit_id", "code"), name="unit_request_unique")
                ],
            },
        ),
        migrations.RunSQL(sql("serving", "requests.sql"), migrations.RunSQL.noop),
    ]
