"""A backfill sends again what a build dropped, in order, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from harness.backfill import backfill

if TYPE_CHECKING:
    from harness.api import WorldApi

CREATED, UPDATED = "person.case-note.created", "person.case-note.updated"
QUEUE = "hmpps_prisoner_to_nomis_casenotes_queue"


class Book:
    """A journal written by hand, in place of the world's."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.entries: list[dict[str, Any]] = []
        self.sent: list[int] = []

    def write(self, kind: str, **fields: Any) -> int:
        """Write an entry; returns its seq."""
        self.entries.append({"seq": len(self.entries), "kind": kind, **fields})
        return len(self.entries) - 1

    def turn(self, *types: str, on: bool) -> None:
        """Turn switches, by a restart."""
        for name in types:
            self.write("switch", scope="to-nomis", name=name, on=on)
        self.restart()

    def restart(self) -> None:
        """End the half and start it."""
        self.write("target", half="to-nomis", action="stopped")
        self.write("target", half="to-nomis", action="started")

    def event(self, kind: str, queue: str = QUEUE, fate: str = "deleted") -> int:
        """Publish an event that somebody takes at once; returns its seq."""
        seq = self.write("event", message=f"m{len(self.entries)}", type=kind)
        message = self.entries[seq]["message"]
        copy = {"copy": seq, "queue": queue, "event": message}
        self.write("copy", type=kind, **copy)
        self.write("fate", fate=fate, **copy)
        return seq

    def journal(
        self, since: int, scope: list[str] | None, kinds: list[str]
    ) -> list[dict[str, Any]]:
        """Return what was written, as the world does."""
        del scope
        return [e for e in self.entries if e["kind"] in kinds and e["seq"] >= since]

    def redeliver(self, seq: int) -> None:
        """Note what was sent again."""
        self.sent.append(seq)

    def backfilled(self, *types: str) -> list[int]:
        """Backfill; returns the seqs sent again."""
        self.sent = []
        count = backfill(cast("WorldApi", self), "to-nomis", types, ["A1234BC"], 0)
        assert count == len(self.sent)
        return self.sent


def test_what_was_dropped_is_sent_again_in_its_order() -> None:
    """Of all types that are on again together; not what was handled before or since."""
    book = Book()
    book.event(CREATED)
    book.turn(CREATED, UPDATED, on=False)
    lost = [book.event(CREATED), book.event(UPDATED), book.event(CREATED)]
    book.turn(CREATED, UPDATED, on=True)
    book.event(CREATED)
    assert book.backfilled(UPDATED, CREATED) == lost


def test_only_the_types_that_are_on_again_are_sent() -> None:
    """Nor what went to others, or came to another end than an acknowledgement."""
    book = Book()
    book.turn(CREATED, UPDATED, on=False)
    lost = book.event(CREATED)
    book.event(UPDATED)
    book.event(CREATED, queue="case_notes_domain_events_queue")
    book.event(CREATED, fate="dead-lettered")
    book.turn(CREATED, on=True)
    assert book.backfilled(CREATED) == [lost]


def test_a_second_time_off_does_not_send_what_the_first_backfill_sent() -> None:
    """Each backfill is of the last time off."""
    book = Book()
    book.turn(CREATED, on=False)
    book.event(CREATED)
    book.turn(CREATED, on=True)
    book.turn(CREATED, on=False)
    lost = book.event(CREATED)
    book.restart()
    also = book.event(CREATED)
    book.turn(CREATED, on=True)
    assert book.backfilled(CREATED) == [lost, also]


def test_a_switch_is_in_force_with_the_next_process() -> None:
    """What the old process takes between is handled, or dropped, as it was started."""
    book = Book()
    book.write("switch", scope="to-nomis", name=CREATED, on=False)
    book.event(CREATED)
    book.restart()
    lost = book.event(CREATED)
    book.write("switch", scope="to-nomis", name=CREATED, on=True)
    also = book.event(CREATED)
    book.restart()
    assert book.backfilled(CREATED) == [lost, also]
