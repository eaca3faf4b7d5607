"""Measures of the catalogue as Ibis expressions with `as_of`: in, a lake view; out, tables by party and by unit."""
