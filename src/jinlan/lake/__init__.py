"""The lake: extracts in, Delta tables pinned by loads, features out. No Django."""
