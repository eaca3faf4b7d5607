"""Every change of an override is kept by trigger."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("strategy", "0002_overrides_by_people"), ("kernel", "0003_audit_chain")]

    operations = [migrations.RunSQL("select sec.track('strategy_override')", migrations.RunSQL.noop)]
