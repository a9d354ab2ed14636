"""A mapping service of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.mapping import build
from tests.fake_client import FakeClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.mapping import MappingModel
    from simulators.wire.message import Response

ROLE = "ROLE_NOMIS_MAPPING_API__SYNCHRONISATION__RW"
DPS_1 = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"
DPS_2 = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c22"
DPS_3 = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c33"
NOTE_1, NOTE_2, NOTE_3 = 100_000_001, 100_000_002, 100_000_003
BOOKING, OTHER_BOOKING = 1_200_001, 1_200_002
PRISONER, OTHER_PRISONER = "Y1234AB", "Y9876CD"


class Mapping:
    """The service with the role that the sync holds."""

    def __init__(self) -> None:
        self.client = FakeClient()
        self.service = self.client.add(build(self.client.clock))
        self.model: MappingModel = self.service.model

    def call(
        self, method: str, path: str, body: Any = None, **options: Any
    ) -> Response:
        """Call under `/mapping`."""
        options.setdefault("roles", [ROLE])
        return self.client.send("mapping", method, f"/mapping{path}", body, **options)

    def map_note(self, **members: Any) -> Response:
        """Post one case-note mapping."""
        return self.call("POST", "/casenotes", note(**members))

    def map_alert(self, **members: Any) -> Response:
        """Post one alert mapping."""
        return self.call("POST", "/alerts", alert(**members))


@pytest.fixture
def mapping() -> Iterator[Mapping]:
    """Return an empty mapping service."""
    service = Mapping()
    yield service
    service.client.close()


def note(**members: Any) -> dict[str, Any]:
    """Return a case-note mapping as a build sends it, nulls and all."""
    return {
        "dpsCaseNoteId": DPS_1,
        "nomisCaseNoteId": NOTE_1,
        "offenderNo": PRISONER,
        "nomisBookingId": BOOKING,
        "label": None,
        "mappingType": "DPS_CREATED",
        "whenCreated": None,
        **members,
    }


def alert(**members: Any) -> dict[str, Any]:
    """Return an alert mapping as a build sends it."""
    return {
        "dpsAlertId": DPS_1,
        "nomisBookingId": BOOKING,
        "nomisAlertSequence": 1,
        "offenderNo": PRISONER,
        "mappingType": "NOMIS_CREATED",
        **members,
    }
