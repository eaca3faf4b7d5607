"""The REST interface: every registered `Resource` as list, row and actions, OpenAPI 3.1; the same rules as the pages.

Comes in: resources, a session's cookie or a program's key. Goes out: ``/api/v1/…``. No rule lives here.
"""
