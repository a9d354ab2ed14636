"""Alerts as the two halves use them: NOMIS, the DPS alerts API and the mappings.

Numbers such as NA5, A3 or MA6 are those of the HTTP contracts. Alert documents stay
plain JSON: the sync copies their members and compares nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulators.sync.calls import Caller
    from simulators.sync.ports import Answer

Json = dict[str, Any]
PAGE = 1000


class NomisAlerts:
    """Alerts of the NOMIS API, keyed by booking and sequence."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def alert(self, booking: int, sequence: int) -> Json | None:
        """NA1: read an alert."""
        path = f"/prisoners/booking-id/{booking}/alerts/{sequence}"
        found: Json | None = await self._caller.find("nomis", "GET", path)
        return found

    async def latest(self, prisoner: str) -> list[Json]:
        """NA2: all alerts of the latest booking; no booking is no alert."""
        path = f"/prisoners/{prisoner}/alerts/to-migrate"
        found = await self._caller.find("nomis", "GET", path)
        return list(found["latestBookingAlerts"]) if found else []

    async def create(self, prisoner: str, request: Json) -> Answer:
        """NA5: create an alert; 409 names the active alert of the same code."""
        path = f"/prisoners/{prisoner}/alerts"
        return await self._caller.send("nomis", "POST", path, json=request)

    async def update(self, booking: int, sequence: int, request: Json) -> None:
        """NA6: replace an alert."""
        path = f"/prisoners/booking-id/{booking}/alerts/{sequence}"
        await self._caller.call("nomis", "PUT", path, json=request)

    async def delete(self, booking: int, sequence: int) -> None:
        """NA7: delete an alert; 204 also when absent."""
        path = f"/prisoners/booking-id/{booking}/alerts/{sequence}"
        await self._caller.find("nomis", "DELETE", path)

    async def replace_all(self, prisoner: str, requests: list[Json]) -> list[Json]:
        """NA8: replace all alerts of the latest booking, answers in order."""
        path = f"/prisoners/{prisoner}/alerts/resynchronise"
        made: list[Json] = await self._caller.call("nomis", "POST", path, json=requests)
        return made

    async def reference(self, method: str, path: str, request: Json | None) -> None:
        """NA9 to NA11: write an alert code or type."""
        await self._caller.call("nomis", method, f"/alerts/{path}", json=request)


class DpsAlerts:
    """The DPS alerts API."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def alert(self, uuid: str) -> Json | None:
        """A1: read an alert."""
        found: Json | None = await self._caller.find("alerts", "GET", f"/alerts/{uuid}")
        return found

    async def all(self, prisoner: str) -> list[Json]:
        """A2 without `isActive`: every alert of the person, ended ones too."""
        path = f"/prisoners/{prisoner}/alerts?page=0&size={PAGE}"
        page = await self._caller.call("alerts", "GET", path)
        if page["totalElements"] != len(page["content"]):
            raise LookupError(f"{prisoner} has more than {PAGE} alerts")
        return list(page["content"])

    async def create(self, prisoner: str, request: Json, user: str) -> str:
        """A3: create an alert for NOMIS; returns its UUID."""
        path = f"/prisoners/{prisoner}/alerts"
        made = await self._caller.call(
            "alerts", "POST", path, json=request, headers=_by_nomis(user)
        )
        return str(made["alertUuid"])

    async def update(self, uuid: str, request: Json, user: str) -> None:
        """A4: change an alert for NOMIS."""
        await self._caller.call(
            "alerts", "PUT", f"/alerts/{uuid}", json=request, headers=_by_nomis(user)
        )

    async def delete(self, uuid: str) -> None:
        """A5: delete an alert; one already gone is as good."""
        if await self.alert(uuid) is not None:
            path = f"/alerts/{uuid}"
            await self._caller.call("alerts", "DELETE", path, headers=_by_nomis(None))

    async def resync(self, prisoner: str, requests: list[Json]) -> list[Json]:
        """A6: replace all alerts of a person; new UUIDs in request order."""
        path = f"/resync/{prisoner}/alerts"
        made: list[Json] = await self._caller.call(
            "alerts", "POST", path, json=requests, headers=_by_nomis(None)
        )
        return made

    async def code(self, code: str) -> Json:
        """A7: an alert code."""
        return dict(await self._caller.call("alerts", "GET", f"/alert-codes/{code}"))

    async def type(self, code: str) -> Json:
        """A7: an alert type."""
        return dict(await self._caller.call("alerts", "GET", f"/alert-types/{code}"))


def _by_nomis(user: str | None) -> dict[str, str]:
    return {"Source": "NOMIS"} | ({"Username": user} if user else {})


class AlertMappings:
    """Alert rows of the mapping service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def by_nomis(self, booking: int, sequence: int) -> Json | None:
        """MA1: the mapping of a NOMIS alert."""
        found: Json | None = await self._caller.find(
            "mapping",
            "GET",
            f"/mapping/alerts/nomis-booking-id/{booking}"
            f"/nomis-alert-sequence/{sequence}",
        )
        return found

    async def by_dps(self, uuid: str) -> Json | None:
        """MA2: the mapping of a DPS alert."""
        path = f"/mapping/alerts/dps-alert-id/{uuid}"
        found: Json | None = await self._caller.find("mapping", "GET", path)
        return found

    async def add(self, row: Json) -> Answer:
        """MA3: write a mapping; any repeat is a 409."""
        return await self._caller.send("mapping", "POST", "/mapping/alerts", json=row)

    async def remove(self, uuid: str) -> None:
        """MA5: delete a mapping."""
        path = f"/mapping/alerts/dps-alert-id/{uuid}"
        await self._caller.call("mapping", "DELETE", path)

    async def replace(self, prisoner: str, document: Json) -> None:
        """MA6: replace the prisoner's mappings."""
        path = f"/mapping/alerts/{prisoner}/all"
        await self._caller.call("mapping", "PUT", path, json=document)

    async def merge(self, prisoner: str, removed: str, document: Json) -> None:
        """MA7: replace the mappings of both numbers of a merge."""
        path = f"/mapping/alerts/{prisoner}/merge"
        request = {"removedOffenderNo": removed, "prisonerMapping": document}
        await self._caller.call("mapping", "PUT", path, json=request)


class AlertServices:
    """All that a half calls for alerts."""

    def __init__(self, caller: Caller) -> None:
        self.nomis = NomisAlerts(caller)
        self.dps = DpsAlerts(caller)
        self.mappings = AlertMappings(caller)


def row(
    uuid: str, booking: int, sequence: int, prisoner: str | None, kind: str
) -> Json:
    """Return an AlertMappingDto; without a prisoner an AlertMappingIdDto."""
    document: Json = {
        "dpsAlertId": uuid,
        "nomisBookingId": booking,
        "nomisAlertSequence": sequence,
    }
    if prisoner is not None:
        document |= {
            "offenderNo": prisoner,
            "mappingType": kind,
            "label": None,
            "whenCreated": None,
        }
    return document


def is_same(stored: Json | None, wanted: Json) -> bool:
    """Whether a stored mapping is the pair that we wanted to write."""
    keys = ("dpsAlertId", "nomisBookingId", "nomisAlertSequence")
    return stored is not None and all(stored.get(k) == wanted[k] for k in keys)
