"""Plain aligned columns: what a terminal, a log and a mail all show alike."""

from __future__ import annotations


def columns(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return head and rows with aligned columns, two blanks between them."""
    every = [head, *rows]
    widths = [max(len(row[at]) for row in every) for at in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in every
    ]
