"""A brief may be edited by hand; what is planned is found without reading what was held."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0009_attachments"),
    ]

    operations = [
        migrations.AddField(
            model_name="interaction",
            name="brief_edition",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="interaction",
            name="brief_out",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=120), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="interaction",
            name="brief_own",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        # What is planned is asked for by everybody each morning, through his policy: its key, of the few rows that are planned.
        migrations.RunSQL(
            "create index interaction_planned on engagement_interaction (((unit_id << 1) | domain)) where state = 'planned'",
            "drop index interaction_planned",
        ),
    ]
