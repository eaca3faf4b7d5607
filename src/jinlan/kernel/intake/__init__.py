"""How a file of somebody else comes in: one door (`door`), one look (`take`), or not at all.

The door keeps files in memory, of known people and of the addresses that say so, and refuses every other one at its first byte.
The look decides what a file is by its name, its signature and its content, and gives back what is kept: pictures drawn anew,
documents as they came. See docs/decisions/0031-attachments.md.
"""
