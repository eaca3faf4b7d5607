"""The lake reader: a process of its own, the one door through which the web half asks the lake.

`client` and `questions` need nothing but the standard library; the rest runs in the reader process only.
"""
