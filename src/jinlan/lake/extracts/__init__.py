"""The canonical daily extract: what a bank delivers and how it lies in the lake."""
