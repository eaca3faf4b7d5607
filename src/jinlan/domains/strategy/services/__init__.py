"""Business verbs of chapter 1."""
