"""Decisions of chapter 1, pure."""
