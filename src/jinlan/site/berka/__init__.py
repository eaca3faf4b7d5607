"""A real bank's data: the PKDD'99 "financial" set (a Czech bank, 1993-98) turned into canonical extracts.

In: the published text files. Out: one history delivery 1993-01-01..1994-03-31, and how well the scorecard
of its last day foretells who later got the gold card. Cards are never delivered: they are the answer.
"""

from jinlan.site.berka.conversion import convert

__all__ = ["convert"]
