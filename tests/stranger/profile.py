"""What each build is made of: APIs, registrations, queues (events-and-config 4.2, 6).

The names of the other domains' queues and event types are not case-note facts; where
the dossier does not print one it is formed like its neighbours.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

_MERGED = "prison-offender-events.prisoner.merged"
_MOVED = "prison-offender-events.prisoner.booking.moved"


@dataclass(frozen=True)
class QueueShape:
    """A queue of the localstack profile; `filter` is None where nothing subscribes."""

    id: str
    name: str
    dead_letters: str | None
    filter: tuple[str, ...] | None = None
    listens: bool = True


@dataclass(frozen=True)
class Api:
    """A service: its base-URL property, the properties of its registration, patience.

    `timeout` is in seconds (http-contracts 0.1).
    """

    url: str
    client: str
    secret: str
    timeout: float = 60.0


@dataclass(frozen=True)
class Profile:
    """One build."""

    name: str
    urls: tuple[str, ...]
    clients: tuple[str, ...]
    apis: dict[str, Api]
    auth_timeout: float
    queues: tuple[QueueShape, ...]
    topic: str | None


_TO_NOMIS_DOMAINS = (
    "activity", "adjudication", "agencyregisters", "appointment", "coreperson",
    "courtmovements", "courtsentencing", "csip", "csra", "externalmovements",
    "incentive", "incidents", "location", "officialvisits", "organisations",
    "personalrelationships", "property", "sentencing", "visit", "visitbalance",
)  # fmt: skip
_SPELT = {"courtsentencing": "court_sentencing"}
_FROM_NOMIS_EVENTS = (
    "agencyregisters", "alerts", "casenotes", "coreperson", "courtmovements",
    "courtsentencing", "csra", "externalmovements", "finance", "locations",
    "officialvisits", "organisations", "personalrelationships", "property",
    "sentencing", "staff", "transfermovements", "visitbalance", "visits",
)  # fmt: skip
_MIGRATIONS = (
    "activities", "agencyregisters", "allocations", "appointments", "coreperson",
    "courtmovements", "courtsentencing", "csra", "externalmovements",
    "officialvisits", "prisonbalance", "prisonerbalance", "property", "staff",
    "visits", "visitslots",
)  # fmt: skip


def _domain_queue(identifier: str, *types: str) -> QueueShape:
    name = f"hmpps_prisoner_to_nomis_{_SPELT.get(identifier, identifier)}"
    return QueueShape(identifier, f"{name}_queue", f"{name}_dlq", types)


def _random_queue(identifier: str, *, listens: bool = True) -> QueueShape:
    """Return a queue with random names and no topic, as from-nomis has them."""
    return QueueShape(identifier, str(uuid.uuid4()), str(uuid.uuid4()), listens=listens)


TO_NOMIS = Profile(
    name="to-nomis",
    urls=(
        "nomis", "mapping", "hmpps-auth", "activities", "adjudications",
        "agencyregisters", "alerts", "appointments", "casenotes", "core-person",
        "court-sentencing", "csip", "csra", "finance", "incentives", "incidents",
        "locations", "movements-court", "movements-taps", "non-associations",
        "officialvisits", "organisations", "personal-relationships", "property",
        "sentence-adjustments", "staff", "visits", "visit-balance",
    ),
    clients=(
        "api", "mapping", "activities", "adjudications", "agencyregisters", "alerts",
        "appointments", "casenotes", "core-person", "court-sentencing", "csip", "csra",
        "ext-movements", "finance", "incentives", "incidents", "locations",
        "movements-court", "non-associations", "officialvisits", "organisations",
        "personal-relationships", "property", "sentence-adjustments", "staff",
        "visit-balance", "visits",
    ),
    apis={
        "nomis": Api("nomis", "api.client.id", "api.client.secret"),
        "mapping": Api("mapping", "mapping.client.id", "mapping.client.secret", 10.0),
        "casenotes": Api("casenotes", "casenotes.client.id", "casenotes.client.secret"),
        "alerts": Api("alerts", "alerts.client.id", "alerts.client.secret"),
    },
    auth_timeout=30.0,
    queues=(
        _domain_queue(
            "casenotes",
            "person.case-note.created",
            "person.case-note.updated",
            "person.case-note.deleted",
        ),
        _domain_queue(
            "alerts",
            "person.alert.created",
            "person.alert.updated",
            "person.alert.deleted",
        ),
        # The one other domain that hears of merges and moves (2.6).
        _domain_queue("nonassociation", _MERGED, _MOVED),
        *(_domain_queue(each, f"{each}.changed") for each in _TO_NOMIS_DOMAINS),
        QueueShape(
            "fromnomiscourtsentencing",
            "hmpps_prisoner_from_nomis_court_sentencing_queue",
            None,
            listens=False,
        ),
    ),
    topic="domainevents",
)  # fmt: skip
FROM_NOMIS = Profile(
    name="from-nomis",
    urls=(
        "nomis", "hmpps-auth", "mapping", "visits", "sentencing", "activities",
        "staff", "alerts", "locations", "court-sentencing", "casenotes",
        "personal-relationships", "core-person", "organisations", "visit-balance",
        "finance", "movements-taps", "officialvisits", "csra", "movements-court",
        "property", "movements-transfer", "agencyregisters", "nomis-sync",
    ),
    clients=(
        "nomis-sync-api", "activities", "agencyregisters", "alerts", "casenotes",
        "core-person", "court-sentencing", "csra", "ext-movements", "finance",
        "locations", "movements-court", "movements-transfer", "officialvisits",
        "organisations", "personal-relationships", "property", "sentencing", "staff",
        "visit-balance", "visits",
    ),
    apis={
        "nomis": Api(
            "nomis", "nomis.prisoner.api.client.id", "nomis.prisoner.api.secret"
        ),
        "mapping": Api(
            "mapping", "nomis.mapping.api.client.id", "nomis.mapping.api.secret", 10.0
        ),
        "casenotes": Api(
            "casenotes", "casenotes.client.id", "casenotes.client.secret", 90.0
        ),
        "alerts": Api("alerts", "alerts.client.id", "alerts.client.secret", 90.0),
    },
    auth_timeout=10.0,
    queues=(
        _random_queue("audit", listens=False),
        _random_queue("domaineventpersonalrelationships"),
        _random_queue("domaineventpersoncontacts"),
        _random_queue("domaineventprisonerrestrictions"),
        *(_random_queue(f"event{each}") for each in _FROM_NOMIS_EVENTS),
        *(_random_queue(f"migration{each}") for each in _MIGRATIONS),
    ),
    topic=None,
)  # fmt: skip
PROFILES = {profile.name: profile for profile in (TO_NOMIS, FROM_NOMIS)}
