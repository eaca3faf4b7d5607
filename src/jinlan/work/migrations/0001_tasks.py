"""Tasks, behind their policies from the start."""

from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0001_people_scope_audit"),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("subject", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=20)),
                ("unit_id", models.BigIntegerField()),
                ("domain", models.SmallIntegerField()),
                ("branch_id", models.BigIntegerField()),
                ("role", models.CharField(max_length=20)),
                ("title", models.CharField(max_length=200)),
                ("detail", models.JSONField(default=dict)),
                ("opened_on", models.DateField()),
                ("due_on", models.DateField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["unit_id", "closed_at"], name="task_unit")],
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "subject"), name="task_subject_unique")
                ],
            },
        ),
        migrations.RunSQL(sql("work", "policies.sql"), migrations.RunSQL.noop),
    ]
