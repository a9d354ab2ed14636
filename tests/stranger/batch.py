"""Batch mode of to-nomis: one reconciliation, no listeners, then the end (6.5, 8.2).

Mismatches are reported, never repaired; but for the one row too many that the
case-note job deletes. The dossier does not say what the alerts job is called.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tests.stranger import reading
from tests.stranger.calling import RefusedError
from tests.stranger.reconciling import reconcile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.stranger.calling import Calls

_log = logging.getLogger(__name__)

_NOTES_PAGE, _ALERTS_PAGE = 30, 20
_MOST_ERRORS = 100
_ATTEMPTS = 3
_FAILURES = (RefusedError, reading.MissingError)


def run(calls: Calls, job: str) -> int:
    """Run the job of that name (`BATCH_TYPE`); returns how many prisoners differ."""
    if job == "CASE_NOTES_ACTIVE_RECON":
        pages = _active(calls, _NOTES_PAGE)
        return _report(calls, "casenotes", pages, reconcile)
    if job == "CASE_NOTES_FULL_RECON":
        return _report(calls, "casenotes", _everybody(calls), reconcile)
    if job == "ALERTS_RECON":
        return _report(calls, "alerts", _active(calls, _ALERTS_PAGE), differing_alerts)
    raise RuntimeError(f"BATCH_TYPE {job} is not a job")


def differing_alerts(calls: Calls, number: str) -> dict[str, list[str]] | None:
    """Compare the codes of a prisoner's active alerts; None when they are equal."""
    path = f"/prisoners/{number}/alerts/reconciliation"
    found = _stubborn(calls, "nomis", path)
    nomis = {
        reading.need(alert, reading.NOMIS_ALERT)["alertCode"]["code"]
        for alert in found["latestBookingAlerts"]
    }
    path = f"/prisoners/{number}/alerts?page=0&size=1000&isActive=true"
    dps = {
        reading.need(alert, reading.DPS_ALERT)["alertCode"]["code"]
        for alert in reading.whole_page(_stubborn(calls, "alerts", path))
    }
    if nomis == dps:
        return None
    return {
        "missingFromDps": sorted(nomis - dps),
        "missingFromNomis": sorted(dps - nomis),
    }


def _stubborn(calls: Calls, api: str, path: str) -> Any:
    """GET again at once, up to twice, on any failure, a 404 too (0.1)."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return calls.call(api, "GET", path)
        except RefusedError as error:
            _log.warning("%s", error)
    return calls.call(api, "GET", path)


def _report(
    calls: Calls,
    what: str,
    pages: Iterable[list[str]],
    compare: Callable[[Calls, str], Any],
) -> int:
    """Compare all prisoners of a page side by side, page after page."""
    mismatches = 0
    with ThreadPoolExecutor(_NOTES_PAGE) as workers:
        for page in pages:
            jobs = {each: workers.submit(compare, calls, each) for each in page}
            for number, job in jobs.items():
                try:
                    differences = job.result()
                except _FAILURES as error:
                    _log.warning("%s-reconciliation-error %s %s", what, number, error)
                    continue
                if differences is not None:
                    mismatches += 1
                    _log.warning("%s-mismatch %s %s", what, number, differences)
    _log.info("%s-reports-reconciliation-report mismatch-count=%s", what, mismatches)
    return mismatches


def _active(calls: Calls, size: int) -> Iterator[list[str]]:
    """Yield the active prisoners; a failing page is reported and left out."""
    path = f"/prisoners/ids/active?size={size}&page="
    counted = calls.patient_get("nomis", "/prisoners/ids/active?size=1&page=0")
    first = reading.need(counted, reading.PAGE)
    for number in range(first["totalElements"] // size + 1):
        try:
            page = reading.need(
                calls.patient_get("nomis", f"{path}{number}"), reading.PAGE
            )
        except _FAILURES as error:
            _log.warning("reconciliation-mismatch-page-error %s %s", number, error)
            continue
        yield [reading.member(row, "offenderNo") for row in page["content"]]


def _everybody(calls: Calls) -> Iterator[list[str]]:
    """Yield all prisoners; a failing page is asked for again, the first ends all."""
    last, errors, begun = 0, 0, False
    while errors < _MOST_ERRORS:
        path = f"/prisoners/ids/all-from-id?offenderId={last}&pageSize={_NOTES_PAGE}"
        try:
            page = reading.need(calls.patient_get("nomis", path), reading.PRISONER_IDS)
        except _FAILURES as error:
            _log.warning("reconciliation-mismatch-page-error %s %s", last, error)
            errors += 1
            if not begun:
                return
            continue
        begun, last = True, page["lastOffenderId"]
        numbers = [reading.member(row, "offenderNo") for row in page["prisonerIds"]]
        yield numbers
        if len(numbers) < _NOTES_PAGE:
            return
