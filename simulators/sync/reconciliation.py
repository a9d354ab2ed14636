"""Comparing both sides, per prisoner and over everyone, and the one safe repair.

Whoever could not be checked is counted as unchecked, and a page that failed makes the
run incomplete: never "no mismatch" (REC-02, REC-03, CFG-07).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from simulators.sync import comparing, twins
from simulators.sync.ports import CallRefused
from simulators.sync.telemetry import alarm, track

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.ports import Time

PAGE = 30
PAGE_ATTEMPTS = 3
NOT_FOUND = 404


class Reconciliation:
    """Checks prisoners with the reads of the to-nomis half."""

    def __init__(self, services: Services, time: Time, look_again: float) -> None:
        """`look_again` is in seconds."""
        self._services = services
        self._time = time
        self._look_again = look_again

    async def check(self, prisoner: str) -> dict[str, Any]:
        """Compare one prisoner's notes; `differences` is empty when all is well.

        A difference is looked at twice, some seconds apart: the sync may be at work.
        `repaired` lists NOMIS rows deleted as twins of our own making.
        """
        found, suspects = await self._look(prisoner)
        if not found:
            return _report(prisoner, [], [])
        await self._time.sleep(self._look_again)
        found, again = await self._look(prisoner)
        repaired = []
        for twin in suspects:
            if twin in again and await self._is_unmapped(twin):
                await self._services.nomis.delete(twin)
                alarm("casenotes-reports-reconciliation-deleted", nomisId=twin)
                repaired.append(twin)
        if repaired:
            found, _ = await self._look(prisoner)
        return _report(prisoner, found, repaired)

    async def check_all(self) -> dict[str, Any]:
        """Compare everyone, page by page (N9)."""
        report: dict[str, Any] = {
            "checked": 0,
            "unchecked": [],
            "mismatches": [],
            "repaired": [],
            "complete": True,
        }
        last = 0
        while True:
            page = await self._page(last)
            if page is None:
                report["complete"] = False
                break
            prisoners, last = page
            await self._check_page(prisoners, report)
            if is_last_page(prisoners, last):
                break
        if report["unchecked"]:
            report["complete"] = False
        track("casenotes-reports-reconciliation-report", **report)
        return report

    async def _check_page(self, prisoners: list[str], report: dict[str, Any]) -> None:
        results = await asyncio.gather(
            *(self.check(prisoner) for prisoner in prisoners), return_exceptions=True
        )
        for prisoner, result in zip(prisoners, results, strict=True):
            if isinstance(result, BaseException):
                alarm("casenotes-reports-reconciliation-mismatch-error", error=result)
                report["unchecked"].append(prisoner)
                continue
            report["checked"] += 1
            report["repaired"] += result["repaired"]
            if result["differences"]:
                report["mismatches"].append(result)

    async def _page(self, last: int) -> tuple[list[str], int] | None:
        """Read a page of prisoners; None when it cannot be had."""
        for _ in range(PAGE_ATTEMPTS):
            try:
                return await self._services.nomis.prisoners_after(last, PAGE)
            except Exception as error:  # noqa: BLE001 - reported, and asked again
                alarm(
                    "casenotes-reports-reconciliation-mismatch-page-error", error=error
                )
                await self._time.sleep(self._look_again)
        return None

    async def _look(self, prisoner: str) -> tuple[list[str], list[int]]:
        """Return the differences and the rows that look like our twins."""
        rows, dps, nomis = await asyncio.gather(
            self._services.mappings.by_prisoner(prisoner),
            self._services.dps.notes(prisoner),
            self._services.nomis.notes(prisoner),
        )
        if nomis is None:
            raise CallRefused(NOT_FOUND, f"NOMIS has no prisoner {prisoner}")
        found = comparing.differences(rows, nomis, dps)
        now = self._time.now().replace(tzinfo=None)
        return found, [row.id for row in twins.equal_twins(rows, nomis, dps, now)]

    async def _is_unmapped(self, nomis_id: int) -> bool:
        return await self._services.mappings.by_nomis(nomis_id) is None


def is_last_page(prisoners: list[str], last: int) -> bool:
    """Whether no page follows: this one was short, or told of no last id (N9)."""
    return len(prisoners) < PAGE or last == 0


def _report(prisoner: str, found: list[str], repaired: list[int]) -> dict[str, Any]:
    return {"offenderNo": prisoner, "differences": found, "repaired": repaired}
