"""The clients' side: people of a client who sign in on a host, with cookies and tables of their own.

In: parties and their lead managers, by `clients`. Out: the pages of `JINLAN_PORTAL_HOST`. See docs/decisions/0017-portal.md.
"""
