"""Forms of chapter 1."""
