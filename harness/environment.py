"""The environment that starts an unmodified build against the fakes.

`to_nomis` and `from_nomis` give every variable the real builds insist on: one missing
base URL or client id aborts their start, for all domains (events-and-config 6.1). The
variables and their spelling are facts of sections 6.1 to 6.3; each group of them has
its own function here, in the order of the dossier.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from harness.credentials import FROM_NOMIS, TO_NOMIS, Client
from harness.topology import (
    DOMAIN_TOPIC,
    FROM_NOMIS_ALERTS,
    FROM_NOMIS_CASENOTES,
    TO_NOMIS_ALERTS,
    TO_NOMIS_CASENOTES,
    QueuePlan,
)

ACCOUNT = "000000000000"
REGION = "eu-west-2"
FIXED_PORT = 4566
"""Where `up` and external targets find SNS and SQS: the port of LocalStack. The two
next ones are the control API's and that of all fakes by path prefix."""
FREE_PORTS = {"aws": 0, "control": 0, "services": 0}

TO_NOMIS_URLS = (
    "NOMIS", "MAPPING", "HMPPS_AUTH", "ACTIVITIES", "ADJUDICATIONS", "AGENCYREGISTERS",
    "ALERTS", "APPOINTMENTS", "CASENOTES", "CORE_PERSON", "COURT_SENTENCING", "CSIP",
    "CSRA", "FINANCE", "INCENTIVES", "INCIDENTS", "LOCATIONS", "MOVEMENTS_COURT",
    "MOVEMENTS_TAPS", "NON_ASSOCIATIONS", "OFFICIALVISITS", "ORGANISATIONS",
    "PERSONAL_RELATIONSHIPS", "PROPERTY", "SENTENCE_ADJUSTMENTS", "STAFF", "VISITS",
    "VISIT_BALANCE",
)  # fmt: skip
TO_NOMIS_CLIENTS = (
    "API", "MAPPING", "ACTIVITIES", "ADJUDICATIONS", "AGENCYREGISTERS", "ALERTS",
    "APPOINTMENTS", "CASENOTES", "CORE_PERSON", "COURT_SENTENCING", "CSIP", "CSRA",
    "EXT_MOVEMENTS", "FINANCE", "INCENTIVES", "INCIDENTS", "LOCATIONS",
    "MOVEMENTS_COURT", "NON_ASSOCIATIONS", "OFFICIALVISITS", "ORGANISATIONS",
    "PERSONAL_RELATIONSHIPS", "PROPERTY", "SENTENCE_ADJUSTMENTS", "STAFF",
    "VISIT_BALANCE", "VISITS",
)  # fmt: skip
FROM_NOMIS_URLS = (
    "NOMIS", "HMPPS_AUTH", "MAPPING", "VISITS", "SENTENCING", "ACTIVITIES", "STAFF",
    "ALERTS", "LOCATIONS", "COURT_SENTENCING", "CASENOTES", "PERSONAL_RELATIONSHIPS",
    "CORE_PERSON", "ORGANISATIONS", "VISIT_BALANCE", "FINANCE", "MOVEMENTS_TAPS",
    "OFFICIALVISITS", "CSRA", "MOVEMENTS_COURT", "PROPERTY", "MOVEMENTS_TRANSFER",
    "AGENCYREGISTERS", "NOMIS_SYNC",
)  # fmt: skip
FROM_NOMIS_CLIENTS = (
    "NOMIS_SYNC_API", "ACTIVITIES", "AGENCYREGISTERS", "ALERTS", "CASENOTES",
    "CORE_PERSON", "COURT_SENTENCING", "CSRA", "EXT_MOVEMENTS", "FINANCE", "LOCATIONS",
    "MOVEMENTS_COURT", "MOVEMENTS_TRANSFER", "OFFICIALVISITS", "ORGANISATIONS",
    "PERSONAL_RELATIONSHIPS", "PROPERTY", "SENTENCING", "STAFF", "VISIT_BALANCE",
    "VISITS",
)  # fmt: skip

# Services of ours behind the base URLs that matter. Behind every other one stands the
# fake `other`: it answers their health pages, which is all the builds ask of them.
_SERVICES = {
    "NOMIS": "nomis",
    "MAPPING": "mapping",
    "HMPPS_AUTH": "auth",
    "ALERTS": "alerts",
    "CASENOTES": "dps",
}


@dataclass(frozen=True)
class Addresses:
    """Where a world listens: service name to base URL, and the AWS endpoint.

    No URL ends in a slash: the builds concatenate (events-and-config 4.4).
    """

    services: dict[str, str]
    aws: str
    control: str = ""

    def __post_init__(self) -> None:
        """Refuse a trailing slash: the builds concatenate (events-and-config 4.4)."""
        urls = {**self.services, "aws": self.aws}
        if bad := sorted(name for name, url in urls.items() if url.endswith("/")):
            raise ValueError(f"addresses of {bad} end in a slash; write them without")


@dataclass(frozen=True)
class Environment:
    """Variables of one program, and notes on what only the reader can decide."""

    program: str
    variables: dict[str, str]
    notes: dict[str, str]

    def as_dotenv(self) -> str:
        """Return `NAME=value` lines; a note stands above its variable as comment."""
        lines = [f"# Environment of {self.program} against Tandem's fakes"]
        for name, value in self.variables.items():
            if name in self.notes:
                lines.append(f"# {self.notes[name]}")
            lines.append(f"{name}={value}")
        return "\n".join(lines) + "\n"

    def as_json(self) -> str:
        """Return `{"program", "variables", "notes"}` as JSON."""
        return json.dumps(
            {
                "program": self.program,
                "variables": self.variables,
                "notes": self.notes,
            },
            indent=2,
        )


SERVICES = (
    "alerts", "auth", "dps", "manage-users", "mapping", "nomis", "nomis-screens",
    "other", "prison-api", "prisoner-search",
)  # fmt: skip


def fixed_ports(first: int = FIXED_PORT) -> dict[str, int]:
    """Return the ports of a world on fixed ports: aws, control, services."""
    return {"aws": first, "control": first + 1, "services": first + 2}


def at_host(host: str = "127.0.0.1", first: int = FIXED_PORT) -> Addresses:
    """Return the addresses of a world on fixed ports."""
    ports = fixed_ports(first)
    fakes = f"http://{host}:{ports['services']}"
    return Addresses(
        services={name: f"{fakes}/{name}" for name in SERVICES},
        aws=f"http://{host}:{ports['aws']}",
        control=f"http://{host}:{ports['control']}",
    )


def of_world(told: dict[str, Any], *, by_prefix: bool = False) -> Addresses:
    """Return the addresses that a world process told when it was ready.

    `by_prefix` takes the one port that serves all fakes: of a world in a container only
    the fixed ports can be reached from outside.
    """
    services = told["by_prefix" if by_prefix else "services"]
    return Addresses(services=services, aws=told["aws"], control=told["control"])


def to_nomis(addresses: Addresses, port: int = 8080) -> Environment:
    """Return the environment of the DPS to NOMIS build (6.1, 6.2)."""
    variables = {
        **_common(addresses, port),
        **_base_urls(addresses, TO_NOMIS_URLS),
        **_clients(TO_NOMIS_CLIENTS, TO_NOMIS | {"api": TO_NOMIS["nomis"]}),
        **_queue("CASENOTES", TO_NOMIS_CASENOTES),
        **_queue("ALERTS", TO_NOMIS_ALERTS),
        "HMPPS_SQS_TOPICS_DOMAINEVENTS_ARN": topic_arn(DOMAIN_TOPIC),
    }
    return Environment("to-nomis", variables, _common_notes())


def from_nomis(addresses: Addresses, port: int = 8080) -> Environment:
    """Return the environment of the NOMIS to DPS build (6.1, 6.3)."""
    nomis, mapping = FROM_NOMIS["nomis"], FROM_NOMIS["mapping"]
    variables = {
        **_common(addresses, port),
        **_base_urls(addresses, FROM_NOMIS_URLS),
        # These two secrets are spelt without CLIENT (6.3).
        "NOMIS_PRISONER_API_CLIENT_ID": nomis.id,
        "NOMIS_PRISONER_API_SECRET": nomis.secret,
        "NOMIS_MAPPING_API_CLIENT_ID": mapping.id,
        "NOMIS_MAPPING_API_SECRET": mapping.secret,
        **_clients(FROM_NOMIS_CLIENTS, FROM_NOMIS | {"nomis_sync_api": nomis}),
        **_queue("EVENTCASENOTES", FROM_NOMIS_CASENOTES),
        **_queue("EVENTALERTS", FROM_NOMIS_ALERTS),
        **_database(),
    }
    notes = {
        **_common_notes(),
        "SPRING_R2DBC_URL": (
            "from-nomis starts only with a real PostgreSQL, which Tandem does not "
            "provide; Flyway makes the tables, the case-note sync uses none of them"
        ),
    }
    return Environment("from-nomis", variables, notes)


_FIRST_PORT = 8080
PROGRAMS = {"to-nomis": to_nomis, "from-nomis": from_nomis}


def compose(host: str = "tandem", first: int = FIXED_PORT) -> dict[str, Environment]:
    """Return both environments as seen from containers beside a service `host`."""
    addresses = at_host(host, first)
    return {name: build(addresses) for name, build in PROGRAMS.items()}


def render(
    who: str | None, form: str, host: str = "127.0.0.1", first: int = FIXED_PORT
) -> str:
    """Return what `tandem env` prints.

    `who` is to-nomis, from-nomis, compose or None for both; `form` dotenv or json;
    `host` where the world's fixed ports are, for compose the service name; `first` is
    the first of the ports.
    """
    if who == "compose":
        built = compose("tandem" if host == "127.0.0.1" else host, first)
    else:
        names = list(PROGRAMS) if who is None else [who]
        # Two programs on one machine cannot share the build's default port.
        built = {
            name: PROGRAMS[name](
                at_host(host, first), port=_FIRST_PORT + list(PROGRAMS).index(name)
            )
            for name in names
        }
    if form == "json":
        documents = {name: json.loads(each.as_json()) for name, each in built.items()}
        only = len(documents) == 1
        shown = next(iter(documents.values())) if only else documents
        return json.dumps(shown, indent=2) + "\n"
    return "\n".join(each.as_dotenv() for each in built.values())


def topic_arn(name: str) -> str:
    """Return the topic's ARN; builds use the configured one, not CreateTopic's."""
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"


def _common(addresses: Addresses, port: int) -> dict[str, str]:
    return {
        "SPRING_PROFILES_ACTIVE": "dev,localstack",
        "SERVER_PORT": str(port),
        "TZ": "Europe/London",
        "AWS_REGION": REGION,
        "HMPPS_SQS_PROVIDER": "localstack",
        "HMPPS_SQS_REGION": REGION,
        "HMPPS_SQS_LOCALSTACK_URL": addresses.aws,
    }


def _common_notes() -> dict[str, str]:
    return {
        "SERVER_PORT": "the build's own port; choose another when both share a host",
        "API_BASE_URL_NOMIS": (
            "NOMIS, mapping, auth, alerts and case notes are Tandem's fakes; all other "
            "domains are mandatory too and share one that answers only health checks"
        ),
    }


def _base_urls(addresses: Addresses, names: tuple[str, ...]) -> dict[str, str]:
    urls = {
        f"API_BASE_URL_{name}": addresses.services[_SERVICES.get(name, "other")]
        for name in names
    }
    # The path /auth belongs to hmpps-auth itself (http-contracts 0.1).
    urls["API_BASE_URL_HMPPS_AUTH"] += "/auth"
    return urls


def _clients(names: tuple[str, ...], ours: dict[str, Client]) -> dict[str, str]:
    """Pair ids with secrets; the builds' CASENOTES client is our `dps` one."""
    variables = {}
    for name in names:
        key = "dps" if name == "CASENOTES" else name.lower()
        client = ours.get(key)
        variables[f"{name}_CLIENT_ID"] = client.id if client else "not-simulated"
        variables[f"{name}_CLIENT_SECRET"] = (
            client.secret if client else "not-simulated"
        )
    return variables


def _queue(identifier: str, plan: QueuePlan) -> dict[str, str]:
    prefix = f"HMPPS_SQS_QUEUES_{identifier}"
    return {
        f"{prefix}_QUEUE_NAME": plan.name,
        f"{prefix}_DLQ_NAME": plan.dead_letters,
        f"{prefix}_DLQ_MAX_RECEIVE_COUNT": str(plan.max_receive),
        f"{prefix}_VISIBILITY_TIMEOUT": str(plan.visibility),
    }


def _database() -> dict[str, str]:
    return {
        "SPRING_R2DBC_URL": "r2dbc:postgresql://localhost:5432/migration",
        "SPRING_R2DBC_USERNAME": "migration",
        "SPRING_R2DBC_PASSWORD": "migration",
        "SPRING_FLYWAY_URL": "jdbc:postgresql://localhost:5432/migration",
        "SPRING_FLYWAY_USER": "migration",
        "SPRING_FLYWAY_PASSWORD": "migration",
    }
