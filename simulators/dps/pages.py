"""Pages of notes: the service's own form, and Spring's (http-contracts 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.dps.rendering import case_note

if TYPE_CHECKING:
    from simulators.dps.records import Note
    from simulators.dps.reference import Reference

MAX_SIZE = 2000  # Spring's own limit on `size`

_SORT = {"sorted": True, "unsorted": False, "empty": False}


def result_page(
    notes: list[Note], page: int, size: int, reference: Reference
) -> dict[str, Any]:
    """Return content and metadata; `page` counts from 1."""
    start = (page - 1) * size
    shown = notes[start : start + size]
    return {
        "content": [case_note(note, reference) for note in shown],
        "metadata": {"totalElements": len(notes), "page": page, "size": size},
    }


def spring_page(
    notes: list[Note], page: int, size: int, reference: Reference
) -> dict[str, Any]:
    """Return a Spring page; `page` counts from 0."""
    start = page * size
    shown = notes[start : start + size]
    total_pages = -(-len(notes) // size)
    return {
        "content": [case_note(note, reference) for note in shown],
        "pageable": {
            "pageNumber": page,
            "pageSize": size,
            "offset": start,
            "paged": True,
            "unpaged": False,
            "sort": _SORT,
        },
        "totalElements": len(notes),
        "totalPages": total_pages,
        "last": page + 1 >= total_pages,
        "first": page == 0,
        "size": size,
        "number": page,
        "numberOfElements": len(shown),
        "empty": not shown,
        "sort": _SORT,
    }


def whole_number(text: str | None, default: int, least: int) -> int:
    """Read `page` or `size` as Spring does: what does not fit is the default."""
    if text is None or not text.isascii() or not text.isdigit():
        return default
    number = int(text)
    return default if number < least else number
