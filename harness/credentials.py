"""The client registrations of the auth fake, with the roles that each needs.

Ids begin with the program they belong to: `to-nomis-...`, `from-nomis-...`, `dps-...`.
That prefix is how the oracle, settling and the timeline tell who made a call, so it
is part of the contract between the world and a build's environment. Roles are
http-contracts 1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

NOMIS_ROLE = "ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW"
MAPPING_ROLE = "ROLE_NOMIS_MAPPING_API__SYNCHRONISATION__RW"
DPS_SYNC_ROLE = "ROLE_PRISONER_CASE_NOTES__SYNC__RW"


@dataclass(frozen=True)
class Client:
    """A registration: id, secret and the roles its tokens carry."""

    id: str
    roles: frozenset[str]

    @property
    def secret(self) -> str:
        """The secret; synthetic, and the same in every world."""
        return f"{self.id}-secret"


def _client(identifier: str, *roles: str) -> Client:
    return Client(identifier, frozenset(roles))


TO_NOMIS = {
    "nomis": _client("to-nomis-nomis", NOMIS_ROLE),
    "mapping": _client("to-nomis-mapping", MAPPING_ROLE),
    "dps": _client("to-nomis-dps", DPS_SYNC_ROLE),
    "alerts": _client("to-nomis-alerts", "ROLE_PRISONER_ALERTS__RO"),
}
FROM_NOMIS = {
    "nomis": _client("from-nomis-nomis", NOMIS_ROLE),
    "mapping": _client("from-nomis-mapping", MAPPING_ROLE),
    "dps": _client("from-nomis-dps", DPS_SYNC_ROLE),
    "alerts": _client(
        "from-nomis-alerts", "ROLE_PRISONER_ALERTS__RW", "ROLE_NOMIS_ALERTS"
    ),
}
DPS = _client(
    "dps-case-notes",
    "ROLE_PRISONER_ALERTS__RO",
    "ROLE_PRISONER_CASE_NOTES__SYSTEM_GENERATED__RW",
    "ROLE_PRISONER_SEARCH__PRISONER__RO",
    "ROLE_PRISON_API__SERVICE_AGENCY_SWITCHES__RO",
)
ADMIN = {
    "to-nomis": _client(
        "to-nomis-operator",
        "ROLE_PRISONER_TO_NOMIS__UPDATE__RW",
        "ROLE_SYSCON__QUEUE_ADMIN",
    ),
    "from-nomis": _client(
        "from-nomis-operator",
        "ROLE_PRISONER_FROM_NOMIS__UPDATE__RW",
        "ROLE_SYSCON__QUEUE_ADMIN",
    ),
}
COMPARE = _client("tandem-compare", NOMIS_ROLE, MAPPING_ROLE, DPS_SYNC_ROLE)
"""Who compares: one client with the three roles of reading (`tandem compare`)."""
# What Locust's officers and DPS users sign in with; no program's prefix, for they are
# users to the oracle.
LOAD = _client(
    "load-users",
    "ROLE_PRISONER_CASE_NOTES__ADMIN",
    "ROLE_PRISONER_CASE_NOTES__RO",
    "ROLE_PRISONER_CASE_NOTES__RW",
    "ROLE_PRISONER_ALERTS__RW",
)
HALVES = {"to-nomis": TO_NOMIS, "from-nomis": FROM_NOMIS}


def every_client() -> tuple[Client, ...]:
    """Return all registrations, in a fixed order."""
    return (
        *TO_NOMIS.values(),
        *FROM_NOMIS.values(),
        DPS,
        *ADMIN.values(),
        LOAD,
        COMPARE,
    )


@lru_cache(maxsize=1024)
def program_of(client: str | None) -> str | None:
    """Return the program (to-nomis, from-nomis, dps) that a client id belongs to."""
    for program in ("to-nomis", "from-nomis", "dps"):
        if client is not None and client.startswith(f"{program}-"):
            return program
    return None
