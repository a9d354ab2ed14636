"""What history knows of the real systems' odd ways, set up by a scenario's `Given`.

Options are named in the words of the scenarios; each says what it does to a fake. All
are undone by setting them back, and none is an action of a user.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from harness.control import WorldError
from harness.fakeoptions import FakeOptions
from harness.topology import PLANS

if TYPE_CHECKING:
    from harness.world import World

_DATE_LENGTH = len("2009-05-06")


class Quirks:
    """Sets the fakes' options and puts in what no user could."""

    def __init__(self, world: World) -> None:
        """Work on `world`'s fakes."""
        self._world = world
        self._options = FakeOptions(world.fakes)

    def option(self, name: str, value: Any) -> None:
        """Set one option; WorldError lists those that exist."""
        self._options.set(name, value)
        self._world.book.write("switch", name=name, scope="quirk", on=value)

    def seed_note(self, note: dict[str, Any]) -> int:
        """Put a historic note into NOMIS without an event; returns its id.

        `earlier` puts it on a booking before the present one, made when missing.
        """
        nomis = self._world.fakes.nomis
        columns = dict(note)
        prisoner = columns.pop("prisoner")
        if columns.pop("earlier", False):
            columns["booking_id"] = self._earlier_booking(prisoner)
        else:
            columns["prisoner"] = prisoner
        for name in ("occurred", "created", "inserted"):
            if columns.get(name):
                columns[name] = _moment(columns[name])
        row = nomis.seed_note(**columns)
        self._world.index.add(prisoner, str(row.case_note_id))
        return row.case_note_id

    def _earlier_booking(self, prisoner: str) -> int:
        people = self._world.fakes.nomis.people
        bookings = list(people.bookings_of(prisoner))
        if len(bookings) > 1:
            return bookings[1].booking_id
        present = bookings[0]
        people.close(present)
        people.open_booking(prisoner, present.agency)
        return present.booking_id

    def tamper(self, note: int | str, text: str | None, where: str) -> None:
        """Change the text of a copy, or (None) remove it, without any event.

        `where` is nomis, dps, or mapping: the last takes away a NOMIS row's mapping.
        """
        if where == "nomis":
            self._tamper_nomis(int(note), text)
        elif where == "dps":
            self._tamper_dps(str(note), text)
        elif where == "mapping" and text is None:
            self._world.fakes.mapping.notes.delete_nomis_id(int(note))
        else:
            raise WorldError(f"nothing to tamper with: {where!r}, {text!r}")

    def _tamper_nomis(self, note: int, text: str | None) -> None:
        notes = self._world.fakes.nomis.notes
        if note not in notes.rows:
            raise WorldError(f"NOMIS has no case note {note}")
        kept = len(self._world.fakes.nomis.outbox)
        if text is None:
            notes.delete(notes.rows[note], None)
        else:
            notes.rows[note].text = text
        del self._world.fakes.nomis.outbox[kept:]

    def _tamper_dps(self, note: str, text: str | None) -> None:
        store = self._world.fakes.dps.store
        held = store.get(note)
        if held is None:
            raise WorldError(f"DPS has no case note {note}")
        if text is None:
            store.remove(held)
        else:
            store.put(msgspec.structs.replace(held, text=text))

    def redeliver(self, seq: int) -> None:
        """Publish an event of the journal again, byte for byte, to the same topic."""
        event = self._world.book.get(seq)
        if event is None or event.kind != "event":
            raise WorldError(f"journal entry {seq} is no event")
        body = event["body"]
        message = body if isinstance(body, str) else msgspec.json.encode(body).decode()
        self._world.fakes.bus.publish(
            self._world.fakes.arns[event["topic"]], message, event["attributes"]
        )

    def redrive(self, queue: str, scope: list[str]) -> int:
        """Send the dead letters of `queue` about the scope again; how many there were.

        WorldError when there is no such queue.
        """
        owned = {plan.name: plan.dead_letters for plan in PLANS}
        if queue not in owned:
            raise WorldError(f"unknown queue {queue!r}; queues: {sorted(owned)}")
        bus = self._world.fakes.bus
        return bus.moves.redrive(owned[queue], frozenset(scope))

    def missing_alert_notes(self, scope: list[str]) -> list[dict[str, Any]]:
        """Return what DPS's alert reconciliation reported missing for the scope."""
        return [
            dict(properties)
            for _, properties in self._world.fakes.dps.telemetry
            if properties.get("PersonIdentifier") in scope
        ]


def _moment(text: str) -> datetime | date:
    if len(text) == _DATE_LENGTH:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text)
