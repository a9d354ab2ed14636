"""The environment handed to a build is complete and names the right things."""

from __future__ import annotations

import json

import pytest

from harness import environment
from harness.credentials import FROM_NOMIS, TO_NOMIS

ADDRESSES = environment.at_host("127.0.0.1", 4566)

# events-and-config 6.2 and 6.3, written out again on purpose.
TO_NOMIS_URLS = """
    NOMIS MAPPING HMPPS_AUTH ACTIVITIES ADJUDICATIONS AGENCYREGISTERS ALERTS
    APPOINTMENTS CASENOTES CORE_PERSON COURT_SENTENCING CSIP CSRA FINANCE INCENTIVES
    INCIDENTS LOCATIONS MOVEMENTS_COURT MOVEMENTS_TAPS NON_ASSOCIATIONS OFFICIALVISITS
    ORGANISATIONS PERSONAL_RELATIONSHIPS PROPERTY SENTENCE_ADJUSTMENTS STAFF VISITS
    VISIT_BALANCE"""
TO_NOMIS_CLIENTS = """
    API MAPPING ACTIVITIES ADJUDICATIONS AGENCYREGISTERS ALERTS APPOINTMENTS CASENOTES
    CORE_PERSON COURT_SENTENCING CSIP CSRA EXT_MOVEMENTS FINANCE INCENTIVES INCIDENTS
    LOCATIONS MOVEMENTS_COURT NON_ASSOCIATIONS OFFICIALVISITS ORGANISATIONS
    PERSONAL_RELATIONSHIPS PROPERTY SENTENCE_ADJUSTMENTS STAFF VISIT_BALANCE
    VISITS"""
FROM_NOMIS_URLS = """
    NOMIS HMPPS_AUTH MAPPING VISITS SENTENCING ACTIVITIES STAFF ALERTS LOCATIONS
    COURT_SENTENCING CASENOTES PERSONAL_RELATIONSHIPS CORE_PERSON ORGANISATIONS
    VISIT_BALANCE FINANCE MOVEMENTS_TAPS OFFICIALVISITS CSRA MOVEMENTS_COURT PROPERTY
    MOVEMENTS_TRANSFER AGENCYREGISTERS NOMIS_SYNC"""
FROM_NOMIS_CLIENTS = """
    NOMIS_SYNC_API ACTIVITIES AGENCYREGISTERS ALERTS CASENOTES CORE_PERSON
    COURT_SENTENCING CSRA EXT_MOVEMENTS FINANCE LOCATIONS MOVEMENTS_COURT
    MOVEMENTS_TRANSFER OFFICIALVISITS ORGANISATIONS PERSONAL_RELATIONSHIPS PROPERTY
    SENTENCING STAFF VISIT_BALANCE VISITS"""


def test_to_nomis_has_every_mandatory_variable() -> None:
    """The DPS to NOMIS build starts: no base URL or client of 6.2 is missing."""
    variables = environment.to_nomis(ADDRESSES).variables
    needed = {f"API_BASE_URL_{name}" for name in TO_NOMIS_URLS.split()}
    for name in TO_NOMIS_CLIENTS.split():
        needed |= {f"{name}_CLIENT_ID", f"{name}_CLIENT_SECRET"}
    assert needed - set(variables) == set()
    assert all(variables.values())


def test_from_nomis_has_every_mandatory_variable() -> None:
    """The NOMIS to DPS build starts: 6.3 complete, odd secrets and database too."""
    variables = environment.from_nomis(ADDRESSES).variables
    needed = {f"API_BASE_URL_{name}" for name in FROM_NOMIS_URLS.split()}
    for name in FROM_NOMIS_CLIENTS.split():
        needed |= {f"{name}_CLIENT_ID", f"{name}_CLIENT_SECRET"}
    needed |= {
        "NOMIS_PRISONER_API_CLIENT_ID",
        "NOMIS_PRISONER_API_SECRET",
        "NOMIS_MAPPING_API_CLIENT_ID",
        "NOMIS_MAPPING_API_SECRET",
        "SPRING_R2DBC_URL",
        "SPRING_R2DBC_USERNAME",
        "SPRING_R2DBC_PASSWORD",
        "SPRING_FLYWAY_URL",
        "SPRING_FLYWAY_USER",
        "SPRING_FLYWAY_PASSWORD",
        "HMPPS_SQS_QUEUES_EVENTCASENOTES_QUEUE_NAME",
        "HMPPS_SQS_QUEUES_EVENTCASENOTES_DLQ_NAME",
        "HMPPS_SQS_QUEUES_EVENTALERTS_QUEUE_NAME",
        "HMPPS_SQS_QUEUES_EVENTALERTS_DLQ_NAME",
    }
    assert needed - set(variables) == set()


def test_fakes_stand_behind_the_urls_that_matter() -> None:
    """NOMIS, mapping, auth, alerts and case notes are ours; the rest is a stand-in."""
    variables = environment.to_nomis(ADDRESSES).variables
    assert variables["API_BASE_URL_CASENOTES"] == "http://127.0.0.1:4568/dps"
    assert variables["API_BASE_URL_HMPPS_AUTH"].endswith("/auth")
    assert variables["API_BASE_URL_VISITS"] == "http://127.0.0.1:4568/other"
    assert variables["HMPPS_SQS_LOCALSTACK_URL"] == "http://127.0.0.1:4566"


def test_each_half_calls_as_itself() -> None:
    """No two halves share a client, so a verdict can name who wrote."""
    to_nomis = environment.to_nomis(ADDRESSES).variables
    from_nomis = environment.from_nomis(ADDRESSES).variables
    assert to_nomis["API_CLIENT_ID"] == "to-nomis-nomis"
    assert from_nomis["NOMIS_PRISONER_API_CLIENT_ID"] == "from-nomis-nomis"
    assert to_nomis["CASENOTES_CLIENT_ID"] != from_nomis["CASENOTES_CLIENT_ID"]
    ids = [client.id for client in (*TO_NOMIS.values(), *FROM_NOMIS.values())]
    assert len(set(ids)) == len(ids)


def test_printed_forms_carry_every_variable() -> None:
    """Dotenv and JSON both hold all variables; JSON also the notes."""
    built = environment.from_nomis(ADDRESSES)
    lines = [line for line in built.as_dotenv().splitlines() if line[0] != "#"]
    assert dict(line.split("=", 1) for line in lines) == built.variables
    assert json.loads(built.as_json())["variables"] == built.variables
    assert "PostgreSQL" in built.as_dotenv()


def test_containers_reach_the_world_by_its_service_name() -> None:
    """In compose no address says localhost, except the database we do not provide."""
    for built in environment.compose("tandem").values():
        assert built.variables["API_BASE_URL_NOMIS"] == "http://tandem:4568/nomis"
        assert built.variables["HMPPS_SQS_LOCALSTACK_URL"] == "http://tandem:4566"


def test_trailing_slash_is_refused() -> None:
    """A base URL with a slash at its end would double it in the builds' paths."""
    with pytest.raises(ValueError, match="end in a slash"):
        environment.Addresses(services={"nomis": "http://h/"}, aws="http://h")
