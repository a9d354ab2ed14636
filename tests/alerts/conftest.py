"""An alerts service of its own for each test, beside the services it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators import nomis, periphery
from simulators.alerts import build
from tests.fake_client import FakeClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.alerts import AlertsModel
    from simulators.wire.message import Response

WRITER = "ROLE_PRISONER_ALERTS__RW"
READER = "ROLE_PRISONER_ALERTS__RO"
ADMIN = "ROLE_PRISONER_ALERTS__PRISONER_ALERTS_ADMINISTRATION_UI"
SYNC = "ROLE_NOMIS_ALERTS"
NOTES = "ROLE_PRISONER_CASE_NOTES__SYSTEM_GENERATED__RW"
PRISONER, OTHER_PRISONER = "Y1234AB", "Y9876CD"
OFFICER, COLLEAGUE = "ABC12D_GEN", "XYZ98K_GEN"
# The clock starts here: 2 March 2026, 09:00.
TODAY, YESTERDAY, TOMORROW = "2026-03-02", "2026-03-01", "2026-03-03"
NOWHERE = "01956d1f-aaaa-7c15-8d0c-0d1f64a0b9aa"


class Alerts:
    """The service, called by an officer (DPS) or by the sync (NOMIS)."""

    def __init__(self) -> None:
        self.client = FakeClient(
            own_roles={
                "alerts": ["ROLE_PRISONER_SEARCH__PRISONER__RO"],
                "prisoner-search": ["ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW"],
            }
        )
        self.service = self.client.add(build(self.client.clock))
        self.model: AlertsModel = self.service.model
        around = periphery.build(self.client.clock)
        self.nomis = nomis.build(self.client.clock)
        for service in (*around, self.nomis.nomis):
            self.client.add(service)
        self.nomis.model.add_prison("QAI", "Invented (HMP)")
        for number in (PRISONER, OTHER_PRISONER):
            self.nomis.model.add_prisoner(number, "QAI")
        self.search: periphery.PrisonerSearchModel = around.prisoner_search.model
        self.users: periphery.ManageUsersModel = around.manage_users.model
        self.users.add_user(OFFICER, "Nina Okoro", "nomis", "600001")
        self.users.add_user(COLLEAGUE, "Sam Lee", "nomis", "600002")

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        source: str | None = None,
        username: str | None = OFFICER,
        roles: tuple[str, ...] | None = (WRITER, READER, ADMIN, SYNC, NOTES),
        subject: str = "a-client",
        raw: bytes | None = None,
    ) -> Response:
        """Send one request; no `source` means the header is absent, as from a UI."""
        headers = {"source": source, "username": username}
        return self.client.send(
            "alerts",
            method,
            path,
            body,
            roles=roles,
            subject=subject,
            raw=raw,
            headers={name: text for name, text in headers.items() if text is not None},
        )

    def create(self, **options: Any) -> Response:
        """Post an alert (A3); members of the body and options of `call`."""
        members = {
            name: options.pop(name)
            for name in tuple(options)
            if name not in {"source", "username", "roles", "subject", "query", "number"}
        }
        number = options.pop("number", PRISONER)
        query = options.pop("query", "")
        path = f"/prisoners/{number}/alerts{query}"
        return self.call("POST", path, {"alertCode": "XA", **members}, **options)

    def raised(self, **options: Any) -> str:
        """Raise an alert, forget its events, return its id."""
        made = self.create(**options)
        assert made.status == 201, made.body
        self.client.events.clear()
        uuid: str = made.json()["alertUuid"]
        return uuid

    def get(self, uuid: str) -> Any:
        """Return an alert as A1 prints it."""
        return self.call("GET", f"/alerts/{uuid}").json()

    def told(self) -> list[str]:
        """Return the names of the events since the last look, without prefix."""
        names = [event.type.removeprefix("person.") for event in self.client.events]
        self.client.events.clear()
        return names

    def resync(self, *listed: dict[str, Any], **options: Any) -> Response:
        """Resync the prisoner's alerts (A6)."""
        return self.call("POST", f"/resync/{PRISONER}/alerts", list(listed), **options)


@pytest.fixture
def alerts() -> Iterator[Alerts]:
    """Return an alerts service without alerts."""
    service = Alerts()
    yield service
    service.client.close()


def nomis_alert(**members: Any) -> dict[str, Any]:
    """Return a ResyncAlert as from-nomis sends it."""
    return {
        "offenderBookId": 1_200_001,
        "alertSeq": 1,
        "alertCode": "XA",
        "description": "Lighter found",
        "authorisedBy": None,
        "activeFrom": "2026-02-01",
        "activeTo": None,
        "createdAt": "2026-02-01T08:00:00.25",
        "createdBy": COLLEAGUE,
        "createdByDisplayName": "SAM LEE",
        "lastModifiedAt": None,
        "lastModifiedBy": None,
        "lastModifiedByDisplayName": None,
        "isActive": True,
        **members,
    }
