"""Overrides are decided by people: who sees the whole bank writes them, through the act alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("strategy", "0001_definitions_overrides"), ("kernel", "0002_receipts")]

    operations = [
        migrations.RunSQL(
            "select sec.allow_writing('strategy_override', array['all'], array['dept_head'])",
            migrations.RunSQL.noop,
        )
    ]
