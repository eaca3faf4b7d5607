"""Keys have a use: a program's, or a calendar's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0010_sealing_anew"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="use",
            field=models.CharField(
                choices=[("program", "程序"), ("calendar", "日历")],
                db_default="program",
                default="program",
                max_length=8,
            ),
        ),
    ]
