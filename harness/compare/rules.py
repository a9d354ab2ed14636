"""The rules of the comparison: pairs, what has no pair, and what is there too often.

Pairs are taken from the mapping and then doubted: what is left over is tied by its
content, so that a gap and a surplus that balance (REC-04) are both seen. The content
of a pair is compared by the oracle's own code under its declared normalisation
(http-contracts 8); beyond section 8 come origin, legacy id, repeated amendments
(REC-01), authors hidden behind the system's account (REC-10) and copies of one note
in one booking.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from harness.compare.findings import Finding
from harness.compare.leftovers import unpaired
from harness.compare.notes import read
from harness.oracle.compare import compare, same_moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.compare.notes import DpsNote, Holding, NomisNote, Pair
    from harness.oracle.differences import Difference

SYSTEM_OWNER = "OMS_OWNER"
OUTSIDE = "OUT"
"""The location that from-nomis gives a note without a prison (http-contracts N1)."""


def differences(prisoner: str, nomis: Any, dps: Any, mapping: Any) -> list[Finding]:
    """Compare one prisoner's answers of N5, C2 and M6; sorted findings.

    Raises UnreadableError when an answer is none.
    """
    holding = read(prisoner, nomis, dps, mapping)
    found: list[Finding] = []
    for pair in holding.pairs:
        row, note = holding.nomis.get(pair.nomis), holding.dps.get(pair.dps)
        if row is not None and note is not None:
            found += _pair(prisoner, pair, row, note)
    found += unpaired(holding)
    found += _doubled(holding)
    found += _legacy_ids(holding)
    return sorted(set(found))


# -- a pair ---------------------------------------------------------------------------


def _pair(
    prisoner: str, pair: Pair, row: NomisNote, note: DpsNote
) -> Iterator[Finding]:
    for rule, detail in (*_content(row, note), *_origin(row, note)):
        yield Finding(prisoner, rule, row.id, note.id, detail)
    # from-nomis writes 0 where its event named no booking (http-contracts 4.1).
    if pair.booking not in (0, row.booking):
        detail = f"it names booking {pair.booking}, the note is on {row.booking}"
        yield Finding(prisoner, "mapping", row.id, note.id, detail)


def _content(row: NomisNote, note: DpsNote) -> Iterator[tuple[str, str]]:
    problems: dict[str, list[str]] = defaultdict(list)
    for one in compare(row.copy, note.expected):
        rule = one.field if one.field in _FIELDS else "amendment"
        problems[rule].append(_in_words(one))
    for rule, details in sorted(problems.items()):
        yield rule, "; ".join(sorted(details))
    if not same_moment(row.created, note.created):
        yield "creation", f"NOMIS {row.created}, DPS {note.created}"


_FIELDS = frozenset({"text", "type", "occurrence"})


def _in_words(one: Difference) -> str:
    """Say what differs without what anybody wrote."""
    if one.field in ("type", "occurrence"):
        return f"NOMIS {one.found}, DPS {one.wanted}"
    if one.field == "text":
        return _place(str(one.wanted), str(one.found), one.hint)
    if one.kind == "lost":
        return "an amendment of DPS is not in NOMIS"
    if one.kind == "repeated":
        return "an amendment stands twice in NOMIS"
    if one.kind in ("corrupt", "returned") and one.field == "amendment":
        return "an amendment of NOMIS is not in DPS"
    return f"{one.field} differs"


def _place(wanted: str, found: str, hint: str) -> str:
    where = next(
        (at for at, (a, b) in enumerate(zip(wanted, found, strict=False)) if a != b),
        min(len(wanted), len(found)),
    )
    sizes = f"NOMIS {len(found)} characters, DPS {len(wanted)}"
    cut = "; NOMIS is cut at another place" if hint == "cut" else ""
    return f"they differ from character {where + 1} on ({sizes}){cut}"


def _origin(row: NomisNote, note: DpsNote) -> Iterator[tuple[str, str]]:
    # The system owner's name is right only on what the system wrote (REC-10).
    system = note.author == SYSTEM_OWNER and note.automatic
    if note.author not in row.usernames and not system:
        yield "author", "the DPS author is no account of the NOMIS author"
    # What DPS sends arrives in NOMIS as INST whatever it was (http-contracts 2.0).
    if note.born_in_nomis and row.automatic != note.automatic:
        side = "NOMIS" if row.automatic else "DPS"
        yield "system-generated", f"only {side} calls it automatic"
    if note.location != (row.prison or OUTSIDE):
        yield "location", f"NOMIS {row.prison or 'none'}, DPS {note.location or 'none'}"


# -- too often, or crosswise ----------------------------------------------------------


def _doubled(holding: Holding) -> Iterator[Finding]:
    """Find notes that NOMIS holds twice although both copies are mapped (9.4).

    A merge copy stands on another booking or carries module MERGE, and the migration
    joined equal notes on purpose (8.1): those are lawful.
    """
    by_note: dict[str, list[Pair]] = defaultdict(list)
    owners: dict[str, set[str]] = defaultdict(set)
    for pair in holding.pairs:
        by_note[pair.dps].append(pair)
        owners[pair.nomis].add(pair.dps)
    for dps, pairs in sorted(by_note.items()):
        seen: set[int] = set()
        for pair in sorted(pairs, key=lambda one: int(one.nomis)):
            row = holding.nomis.get(pair.nomis)
            if row is None or pair.kind == "MIGRATED" or row.audit_module == "MERGE":
                continue
            if row.booking in seen:
                yield Finding(
                    holding.prisoner,
                    "duplicate-in-nomis",
                    row.id,
                    dps,
                    f"mapped; booking {row.booking} holds the note already",
                )
            seen.add(row.booking)
    for nomis, several in sorted(owners.items()):
        if len(several) > 1:
            detail = f"it names {len(several)} DPS notes"
            yield Finding(holding.prisoner, "mapping", nomis, min(several), detail)


def _legacy_ids(holding: Holding) -> Iterator[Finding]:
    """Find DPS notes that carry the id of a NOMIS note mapped to another one."""
    owner = {pair.nomis: pair.dps for pair in holding.pairs}
    for note in holding.dps.values():
        row = str(note.legacy_id)
        if note.born_in_nomis and owner.get(row, note.id) != note.id:
            detail = f"NOMIS {row} is mapped to DPS {owner[row]}"
            yield Finding(holding.prisoner, "legacy-id", row, note.id, detail)
