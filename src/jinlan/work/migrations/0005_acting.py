"""Who does a task, and when it comes up again: by people, behind the policies of the task."""

import django.contrib.postgres.functions
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0004_indicators"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="assignee",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="task",
            name="public_id",
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), unique=True),
        ),
        migrations.AddField(
            model_name="task",
            name="snoozed_until",
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(sql("work", "acting.sql"), migrations.RunSQL.noop),
    ]
