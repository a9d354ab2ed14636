"""Who writes alert notes at a prison: prison-api's switch (events-and-config 7.3)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from simulators.dps import limits
from simulators.dps.upstreams import UpstreamRefused, ask

if TYPE_CHECKING:
    from simulators.dps.model import DpsModel
    from simulators.dps.upstreams import Upstream

PATH = "/api/agency-switches/ALERTS_CASE_NOTES"
EVERY_PRISON = "*ALL*"


async def dps_writes_alert_notes(model: DpsModel, ports: Upstream, prison: str) -> bool:
    """Ask, for every event and without a cache, whether the prison is switched on.

    404 reads as off everywhere, as deployed (corpus TOG-09).
    """
    response = await ask(ports, model.clock, "prison-api", PATH)
    if response.status == HTTPStatus.NOT_FOUND and (
        limits.ALERT_SWITCH_404_OFF not in model.limits
    ):
        return False
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise UpstreamRefused("prison-api", response)
    return switched_on(read_prisons(response.json()), prison)


def switched_on(prisons: list[str], prison: str) -> bool:
    """Tell whether the list names the prison, or all of them."""
    return prison in prisons or EVERY_PRISON in prisons


def read_prisons(entries: list[dict[str, Any]]) -> list[str]:
    """Read the codes; ValueError for an entry in prison-api's own shape.

    The client wants `prisonCode` or `prisonId`, and `description` or `prison`, whereas
    prison-api answers `agencyId` and `name` (fact 10).
    """
    codes = []
    for entry in entries:
        code = entry.get("prisonCode") or entry.get("prisonId")
        description = entry.get("description") or entry.get("prison")
        if code is None or description is None:
            raise ValueError(
                f"agency switch {entry} cannot be read: it needs prisonCode or "
                "prisonId, and description or prison"
            )
        codes.append(code)
    return codes
