"""Reads of chapter 1."""
