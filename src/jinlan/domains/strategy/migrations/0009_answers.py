"""Answers that clients are owed stand beside contacts: by the request and by the hour."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0008_targets"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="obligation",
            name="obligation_once",
        ),
        migrations.RemoveConstraint(
            model_name="obligation",
            name="obligation_period",
        ),
        migrations.RemoveConstraint(
            model_name="obligation",
            name="obligation_kept_inside",
        ),
        migrations.AddField(
            model_name="obligation",
            name="done_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="obligation",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="obligation",
            name="ref",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.UniqueConstraint(
                fields=("unit_id", "kind", "opens", "ref"), name="obligation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_on__gt", models.F("opens")),
                    models.Q(models.Q(("ref", ""), _negated=True), ("due_on", models.F("opens"))),
                    _connector="OR",
                ),
                name="obligation_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kept_on__isnull", True),
                    models.Q(("kept_on__gt", models.F("opens")), ("kept_on__lte", models.F("due_on"))),
                    models.Q(models.Q(("ref", ""), _negated=True), ("kept_on", models.F("opens"))),
                    _connector="OR",
                ),
                name="obligation_kept_inside",
            ),
        ),
        migrations.AddConstraint(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", True), ("ref", "")),
                    models.Q(models.Q(("ref", ""), _negated=True), ("due_at__isnull", False)),
                    _connector="OR",
                ),
                name="obligation_answer_by_the_hour",
            ),
        ),
    ]
