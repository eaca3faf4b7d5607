"""Audit in sealed batches, and the history of rows."""

import uuid

from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_receipts")]

    operations = [
        migrations.AddField(model_name="auditentry", name="xact", field=models.BigIntegerField(null=True)),
        migrations.AddIndex(model_name="auditentry", index=models.Index(fields=["xact"], name="audit_xact")),
        migrations.CreateModel(
            name="AuditBatch",
            fields=[
                ("number", models.BigIntegerField(db_column="id", primary_key=True, serialize=False)),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("rows", models.IntegerField()),
                ("root", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
                ("leaves", models.BinaryField()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.CreateModel(
            name="RowChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("table_name", models.CharField(max_length=63)),
                ("row_id", models.CharField(max_length=64)),
                ("op", models.CharField(choices=[("I", "新增"), ("U", "修改"), ("D", "删除")], max_length=1)),
                ("at", models.DateTimeField()),
                ("person", models.BigIntegerField(null=True)),
                ("xact", models.BigIntegerField()),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                ("entity", models.CharField(blank=True, max_length=16)),
                ("unit_id", models.BigIntegerField(null=True)),
                ("domain", models.SmallIntegerField(null=True)),
                ("branch_id", models.BigIntegerField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["table_name", "row_id", "-id"], name="rowchange_row")],
            },
        ),
        migrations.RunSQL(sql("kernel", "chain.sql"), migrations.RunSQL.noop),
        migrations.RunSQL(sql("kernel", "history.sql"), migrations.RunSQL.noop),
    ]
