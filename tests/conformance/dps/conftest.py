"""Whom several suites of DPS case notes ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform.cast import invented_number
from tests.conformance.dps.bodies import author, synced

if TYPE_CHECKING:
    from harness.conform import Api


@pytest.fixture
def person(dps: Api) -> str:
    """Return a person with notes on 1 to 5 March: KA/KS, but OBSERVE on the 4th."""
    number = invented_number()
    for day in (3, 1, 5, 2, 4):
        kind = ("OBSERVE", "OBS_GEN") if day == 4 else ("KA", "KS")
        synced(
            dps,
            personIdentifier=number,
            type=kind[0],
            subType=kind[1],
            occurrenceDateTime=f"2025-03-0{day}T09:00:00",
            createdDateTime=f"2025-04-0{6 - day}T09:00:00",
            locationId="LEI" if day == 5 else "MDI",
            author=author("OTHER_GEN", userId="777") if day == 1 else author(),
        )
    return number
