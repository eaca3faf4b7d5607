"""Backup and restore of an installation: base backup, WAL archive, lake, roots of the audit; the keys apart from them.

`make` writes a backup, `check` proves one without restoring it, `restore` brings one back to an instant. See
docs/decisions/0012-backup.md.
"""
