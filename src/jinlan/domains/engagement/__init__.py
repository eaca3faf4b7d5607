"""Engagement (chapters 2, 20.2): who the people of a client are, what was said with them, and what either side promised."""
