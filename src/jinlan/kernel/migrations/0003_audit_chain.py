"""Audit in sealed batches, and the history of rows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_receipts")]

    operations: list[object] = []
