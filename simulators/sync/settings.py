"""The settings of one half, from the environment names of the real builds.

Sources: events-and-config 4.3, 5.1, 6.2, 6.3, 8.2. A missing variable is an error that
names it and says what it is for; so is a switch that governs no event (TOG-01), and
two services at one address (CFG-05).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.sync import switches

if TYPE_CHECKING:
    from collections.abc import Mapping

TO_NOMIS = "to-nomis"
FROM_NOMIS = "from-nomis"

BASE_URLS = {
    "nomis": "API_BASE_URL_NOMIS",
    "mapping": "API_BASE_URL_MAPPING",
    "dps": "API_BASE_URL_CASENOTES",
    "alerts": "API_BASE_URL_ALERTS",
    "auth": "API_BASE_URL_HMPPS_AUTH",
}
CREDENTIALS = {
    TO_NOMIS: {
        "nomis": ("API_CLIENT_ID", "API_CLIENT_SECRET"),
        "mapping": ("MAPPING_CLIENT_ID", "MAPPING_CLIENT_SECRET"),
        "dps": ("CASENOTES_CLIENT_ID", "CASENOTES_CLIENT_SECRET"),
        "alerts": ("ALERTS_CLIENT_ID", "ALERTS_CLIENT_SECRET"),
    },
    FROM_NOMIS: {
        "nomis": ("NOMIS_PRISONER_API_CLIENT_ID", "NOMIS_PRISONER_API_SECRET"),
        "mapping": ("NOMIS_MAPPING_API_CLIENT_ID", "NOMIS_MAPPING_API_SECRET"),
        "dps": ("CASENOTES_CLIENT_ID", "CASENOTES_CLIENT_SECRET"),
        "alerts": ("ALERTS_CLIENT_ID", "ALERTS_CLIENT_SECRET"),
    },
}
QUEUE_IDS = {
    TO_NOMIS: {"casenotes": "CASENOTES", "alerts": "ALERTS"},
    FROM_NOMIS: {"casenotes": "EVENTCASENOTES", "alerts": "EVENTALERTS"},
}
TIMEOUTS = {
    # http-contracts 0.1, seconds.
    TO_NOMIS: {"nomis": 60, "dps": 60, "alerts": 60, "mapping": 10, "auth": 30},
    FROM_NOMIS: {"nomis": 60, "dps": 90, "alerts": 90, "mapping": 10, "auth": 10},
}
LOOK_AGAIN = "REPORTS_CASENOTES_RECONCILIATION_RETRY_DELAY_MS"


class SettingsError(Exception):
    """The environment does not describe a half that could run; lists every fault."""

    def __init__(self, half: str, faults: list[str]) -> None:
        super().__init__(
            f"{half} cannot start:\n" + "\n".join(f"- {f}" for f in faults)
        )
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Registration:
    """A client of hmpps-auth."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a half is told; `queues` is by domain (casenotes, alerts)."""

    half: str
    base_urls: dict[str, str]
    registrations: dict[str, Registration]
    timeouts: dict[str, int]
    queues: dict[str, str]
    dead_letters: dict[str, str]
    sqs_url: str
    port: int
    switches: dict[str, bool]
    # Seconds until the reconciliation looks again at a difference (8.2).
    look_again: float


def read(half: str, environment: Mapping[str, str]) -> Settings:
    """Read the settings of `half` (to-nomis or from-nomis); raises SettingsError."""
    faults: list[str] = []
    if half not in CREDENTIALS:
        raise SettingsError(half, [f"there are two halves: {TO_NOMIS}, {FROM_NOMIS}"])

    def need(name: str, why: str) -> str:
        value = environment.get(name, "").strip()
        if not value:
            faults.append(f"set {name}: {why}")
        return value

    base_urls = {
        service: need(name, f"the base URL of {service}").rstrip("/")
        for service, name in BASE_URLS.items()
    }
    registrations = {
        service: Registration(
            need(names[0], f"the client that asks hmpps-auth for {service} tokens"),
            need(names[1], f"the secret of the client for {service}"),
        )
        for service, names in CREDENTIALS[half].items()
    }
    queues, dead_letters = {}, {}
    for domain, queue_id in QUEUE_IDS[half].items():
        prefix = f"HMPPS_SQS_QUEUES_{queue_id}"
        queues[domain] = need(f"{prefix}_QUEUE_NAME", f"the {domain} queue to poll")
        dead_letters[domain] = need(f"{prefix}_DLQ_NAME", f"where {domain} fail to")
    sqs_url = need("HMPPS_SQS_LOCALSTACK_URL", "the address of SQS").rstrip("/")
    faults += _clashes(base_urls, BASE_URLS)
    faults += _clashes(
        {**queues, **{f"{d} DLQ": n for d, n in dead_letters.items()}}, {}
    )
    switched, unknown = switches.read(half, environment)
    faults += unknown
    port = environment.get("SERVER_PORT", "8080").strip()
    look_again = environment.get(LOOK_AGAIN, "5000").strip()
    for name, number in (("SERVER_PORT", port), (LOOK_AGAIN, look_again)):
        if not number.isdigit():
            faults.append(f"{name} must be a number, not {number!r}")
    if faults:
        raise SettingsError(half, faults)
    return Settings(
        half,
        base_urls,
        registrations,
        TIMEOUTS[half],
        queues,
        dead_letters,
        sqs_url,
        int(port),
        switched,
        int(look_again) / 1000,
    )


def _clashes(values: dict[str, str], names: Mapping[str, str]) -> list[str]:
    """Two services at one URL, or two queues of one name, are a mistake."""
    owners: dict[str, str] = {}
    faults = []
    for key, value in values.items():
        if value and value in owners:
            one, other = (names.get(k, k) for k in (owners[value], key))
            faults.append(f"{one} and {other} are both {value}: they must differ")
        owners.setdefault(value, key)
    return faults
