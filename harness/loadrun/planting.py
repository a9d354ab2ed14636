"""Mismatches put behind the sync's back: what a reconciliation has to find.

Each is in one note of one prisoner, without any event, as a defect of years ago would
have left it. The reconciliation's report is held to this list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.composition import Composition
    from harness.loadrun.filling import Filling
    from simulators.dps.records import Note
    from simulators.estate import HistoricNote

_OTHER = "This is not what the other side says."


def _nomis_text(fakes: Composition, note: HistoricNote) -> None:
    fakes.nomis.notes.rows[note.nomis_id].text = _OTHER


def _dps_text(fakes: Composition, note: HistoricNote) -> None:
    other = msgspec.structs.replace(_stored(fakes, note), text=_OTHER)
    fakes.dps.store.put(other)


def _nomis_gone(fakes: Composition, note: HistoricNote) -> None:
    fakes.nomis.notes.forget(note.nomis_id)


def _dps_gone(fakes: Composition, note: HistoricNote) -> None:
    fakes.dps.store.remove(_stored(fakes, note))


def _mapping_gone(fakes: Composition, note: HistoricNote) -> None:
    fakes.mapping.notes.delete_nomis_id(note.nomis_id)


def _stored(fakes: Composition, note: HistoricNote) -> Note:
    stored = fakes.dps.store.get(note.dps_id)
    if stored is None:
        raise LookupError(f"the history of note {note.nomis_id} is not in DPS")
    return stored


KINDS: dict[str, Callable[[Composition, HistoricNote], None]] = {
    "another text in NOMIS": _nomis_text,
    "another text in DPS": _dps_text,
    "missing in NOMIS": _nomis_gone,
    "missing in DPS": _dps_gone,
    "without mapping": _mapping_gone,
}


def plant(fakes: Composition, filling: Filling, each: int) -> list[dict[str, str]]:
    """Plant `each` mismatches of every kind; returns `{"prisoner", "kind"}` of all.

    Takes the listed prisoners in order, those without any note left out.
    """
    rest = iter(filling.listed)
    planted = []
    for kind, change in KINDS.items():
        for _ in range(each):
            index = next(i for i in rest if filling.estate.count(i))
            number = filling.fill(index, writes=True)
            change(fakes, filling.estate.notes(index)[0])
            planted.append({"prisoner": number, "kind": kind})
    return planted
