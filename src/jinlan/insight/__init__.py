"""Identification: measures of the lake in, tiers with reasons out (chapter 1). No Django, no engine."""
