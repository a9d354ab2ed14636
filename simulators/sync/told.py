"""What a `person.case-note.*` event tells, and whether it is ours to act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.sync.envelope import prisoner_of
from simulators.sync.notes import moment, second
from simulators.sync.parking import was_parked

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.sync.envelope import Event
    from simulators.sync.notes import DpsNote

DPS = "DPS"
NOMIS = "NOMIS"


class UnknownSource(Exception):  # noqa: N818
    """An event comes from a system we do not know: to be seen, not skipped."""


@dataclass(frozen=True, slots=True)
class Told:
    """The note an event is about, and how often the event came before."""

    dps_id: str
    prisoner: str
    source: str
    synced: bool
    occurred: str | None = None
    attempt: int = 1
    parked: bool = False
    creates: bool = False


def told(event: Event) -> Told:
    """Read the members that are used, and no others (CFG-02)."""
    about = event.content["additionalInformation"]
    return Told(
        dps_id=about["id"],
        prisoner=prisoner_of(event.content),
        source=about["source"],
        synced=about["syncToNomis"],
        occurred=event.content.get("occurredAt"),
        attempt=event.message.attempt,
        parked=was_parked(event.message),
        creates=event.type.endswith(".created"),
    )


def is_ours(tale: Told) -> bool:
    """Whether the change was made in DPS and its type goes to NOMIS (LOOP-10, TOG-10).

    A source we do not know is an error to be seen (LOOP-11).
    """
    return from_dps(tale.source) and tale.synced


def from_dps(source: str) -> bool:
    """Whether the change was made in DPS; raises UnknownSource."""
    if source not in {DPS, NOMIS}:
        raise UnknownSource(f"source {source!r} is neither DPS nor NOMIS")
    return source == DPS


def may_have_created(tale: Told, note: DpsNote) -> bool:
    """Whether an earlier attempt may have made the NOMIS row already.

    So it may when the message was delivered before, was parked, or tells of a note
    older than itself: a resend, or an update of a note never synced (DUP-13).
    """
    if was_handled(tale) or not tale.creates or tale.occurred is None:
        return True
    return second(moment(tale.occurred)) != second(note.created)


def was_handled(tale: Told) -> bool:
    """Whether somebody may have begun to handle the message before."""
    return tale.attempt > 1 or tale.parked


def created_at(tale: Told) -> datetime | None:
    """Return the second of creation that a created event tells, if seen before."""
    if not (was_handled(tale) and tale.creates and tale.occurred):
        return None
    return second(moment(tale.occurred))
