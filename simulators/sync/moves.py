"""A booking moved to another prisoner: its mapped notes follow it.

Sources: http-contracts 7.6, events-and-config 11.2. Notes that never go to NOMIS are
tied to the person, not to a booking, and stay (MRG-19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.sync.ports import NotYet
from simulators.sync.telemetry import alarm, track

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.envelope import Event

PATIENCE = 4


class Moves:
    """Handles `prison-offender-events.prisoner.booking.moved`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def moved(self, event: Event) -> None:
        """Renumber the booking's mappings and move their DPS notes."""
        about = event.content["additionalInformation"]
        booking = int(about["bookingId"])
        source, target = about["movedFromNomsNumber"], about["movedToNomsNumber"]
        here = await self._rows(target, booking)
        if not here and await self._rows(source, booking):
            # Moved on or back since, or the read lags behind the event.
            if event.message.attempt < PATIENCE:
                raise NotYet(f"NOMIS has booking {booking} still under {source}")
            alarm("casenotes-booking-moved-stale", bookingId=booking)
            return
        known = await self._services.mappings.by_nomis_ids(here) if here else {}
        moved = await self._services.mappings.moved(booking, target)
        dps_ids = sorted({row.dps_id for row in (*known.values(), *moved)})
        # Two moves told in the wrong order: the mappings know where the notes are.
        sources = {source, *(row.prisoner for row in known.values())} - {target}
        for number in sorted(sources):
            await self._services.dps.move(number, target, dps_ids)
        track(
            "casenotes-booking-moved",
            bookingId=booking,
            movedToNomsNumber=target,
            movedFromNomsNumber=source,
            count=len(dps_ids),
        )
        unmapped = [row for row in here if row not in known]
        if unmapped and event.message.attempt < PATIENCE:
            # They follow when their mapping is there (MRG-19).
            raise NotYet(f"rows of booking {booking} are not mapped yet: {unmapped}")

    async def _rows(self, prisoner: str, booking: int) -> list[int]:
        rows = await self._services.nomis.notes(prisoner) or []
        return [row.id for row in rows if row.booking == booking]
