"""Declare once: a list, its pages, files, API, history and rights from one `Resource` (see declare.py).

Comes in: a model, its acts, columns as objects. Goes out: addresses, a place in the rail, rows of the permission matrix.
"""
