"""Teams as delivered beside teams as they hold; decided changes of every role; one lead a day and whole shares, held by the database."""

import django.db.models.deletion
from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0005_absence"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=16)),
                ("domain", models.SmallIntegerField(choices=[(0, "个人"), (1, "对公")])),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("LEAD", "主办"),
                            ("ASSIST", "协办"),
                            ("PRODUCT", "产品"),
                            ("RISK", "风险"),
                            ("SERVICE", "服务"),
                            ("SPONSOR", "分管领导"),
                        ],
                        max_length=8,
                    ),
                ),
                ("credit_share", models.DecimalField(decimal_places=8, max_digits=12, null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clients.branch"
                    ),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s",
                        to="clients.employee",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)s",
                        to="clients.party",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)s",
                        to="clients.unit",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AlterModelTable(name="leadchange", table="clients_leadchange"),
        migrations.RenameModel(old_name="LeadChange", new_name="TeamChange"),
        migrations.AddField(
            model_name="teamchange",
            name="role",
            field=models.CharField(
                choices=[
                    ("LEAD", "主办"),
                    ("ASSIST", "协办"),
                    ("PRODUCT", "产品"),
                    ("RISK", "风险"),
                    ("SERVICE", "服务"),
                    ("SPONSOR", "分管领导"),
                ],
                db_default="LEAD",
                default="LEAD",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="teamchange",
            name="share",
            field=models.DecimalField(decimal_places=8, max_digits=12, null=True),
        ),
        migrations.AlterField(
            model_name="teamchange", name="after", field=models.CharField(blank=True, max_length=64)
        ),
        migrations.RemoveConstraint(model_name="teamchange", name="lead_change_once"),
        migrations.AlterField(
            model_name="coverage",
            name="employee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="%(class)s", to="clients.employee"
            ),
        ),
        migrations.AlterField(
            model_name="coverage",
            name="party",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)s",
                to="clients.party",
            ),
        ),
        migrations.AlterField(
            model_name="coverage",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)s",
                to="clients.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", "LEAD"), ("withdrawn_at", None)),
                fields=("unit_id", "effective_on"),
                name="lead_change_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("after", ""), ("role", "LEAD"), _negated=True), name="team_change_leads"
            ),
        ),
        migrations.AddConstraint(
            model_name="teamchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("share", None), models.Q(("share__gte", 0), ("share__lte", 1)), _connector="OR"
                ),
                name="team_change_share",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["employee", "valid_from"], name="assignment_employee"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__isnull", True), ("party__isnull", True), _connector="XOR"),
                name="assignment_of_one_thing",
            ),
        ),
        migrations.RunSQL(sql("clients", "teams.sql"), migrations.RunSQL.noop),
    ]
