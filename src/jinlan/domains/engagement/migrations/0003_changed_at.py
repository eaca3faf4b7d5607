"""When somebody last did something about an interaction: what calendars that subscribe to it go by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0002_handover"),
    ]

    operations = [
        migrations.AddField(
            model_name="interaction",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
