"""Documents that leave the house, as Word and PDF files: said once as a `Paper`, laid out by one writer for every kind.

Nothing in a file refers to anything outside it, nothing in it runs, and the same paper gives the same bytes.
"""

from __future__ import annotations

from jinlan.kernel.paper.parts import Heading, Paper, Part, Points, Signatures, Table, Text, clean

__all__ = ["Heading", "Paper", "Part", "Points", "Signatures", "Table", "Text", "clean", "docx", "pdf"]


def docx(paper: Paper) -> bytes:
    """Return the paper as a Word document (ECMA-376), A4."""
    from jinlan.kernel.paper.word import written  # the libraries are loaded by who writes a document

    return written(paper)


def pdf(paper: Paper) -> bytes:
    """Return the paper as a PDF (1.4), A4."""
    from jinlan.kernel.paper.printed import printed

    return printed(paper)
