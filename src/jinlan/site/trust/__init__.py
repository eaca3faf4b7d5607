"""The trust harness: proves security promises with counts, seeds, times and planted holes, and writes TRUST.md."""
