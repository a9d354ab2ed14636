"""Leaked: a DPS-only note reaches NOMIS.

What may go to NOMIS is decided by the sub type's `syncToNomis` alone (http-contracts
3.0); a request that NOMIS refused has left DPS all the same. A type that is sensitive
and nevertheless marked for NOMIS is a finding for its owner: configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.rules.result import Result, broken
from harness.oracle.who import DPS, NOMIS, TO_NOMIS

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.notes import Copy, LogicalNote


def leaked(case: Case) -> Result:
    """No note of a DPS-only type, and none of its words, goes to NOMIS."""
    result = Result()
    for note in case.notes:
        if note.side != DPS:
            continue
        synced = case.synced(note)
        if synced and not _sensitive(note):
            continue
        result.checked += 1
        for copy in (c for c in note.everywhere if c.side == NOMIS):
            if not synced:
                result.add(
                    broken(
                        "leaked",
                        copy.birth.program if copy.birth is not None else TO_NOMIS,
                        note,
                        f"a note of the DPS-only type {note.type}/{note.sub_type} "
                        f"{_went(copy)}",
                        "to nomis",
                        seqs=[write.seq for write in copy.writes],
                        copy=copy.id,
                    )
                )
            elif copy.row is not None:
                result.findings.append(
                    broken(
                        "leaked",
                        "configuration",
                        note,
                        f"{note.type}/{note.sub_type} is sensitive and is marked for "
                        f"NOMIS: it stands there as {copy.id}",
                        "sensitive type is synced",
                        seqs=[write.seq for write in copy.writes],
                    )
                )
    return result


def _sensitive(note: LogicalNote) -> bool:
    if note.details.get("sensitive"):
        return True
    return any(
        copy.row is not None and copy.row.get("sensitive") for copy in note.copies[DPS]
    )


def _went(copy: Copy) -> str:
    if copy.row is not None:
        return f"stands in NOMIS as {copy.id}"
    answers = [write.call.status for write in copy.writes]
    return f"was sent to NOMIS (answered {answers})"
