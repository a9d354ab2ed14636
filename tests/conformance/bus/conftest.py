"""The engine under test: our bus, or by one switch any other.

`TANDEM_BUS_ENDPOINT=http://127.0.0.1:4566` (or `tandem conform --service bus --url`)
runs the same tests against LocalStack, ministack, moto or AWS itself. Each test makes
queues and topics of its own. `TANDEM_BUS_ENGINE` names an emulator whose departures
from AWS are known (`emulators.py`).
"""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.bus.emulators import disagreement
from tests.conformance.bus.serving import Served, clients

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def known_disagreement(request: pytest.FixtureRequest) -> None:
    """Expect a case to fail where `TANDEM_BUS_ENGINE` is known to depart from AWS."""
    engine = os.environ.get("TANDEM_BUS_ENGINE")
    known = disagreement(engine, request.node.name)
    if known is not None:
        request.applymarker(pytest.mark.xfail(reason=str(known), strict=True))


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """Return the URL of the engine under test."""
    outside = os.environ.get("TANDEM_BUS_ENDPOINT")
    if outside:
        yield outside
        return
    served = Served()
    yield served.url
    served.stop()


@pytest.fixture(scope="session")
def aws(endpoint: str) -> Iterator[tuple[Any, Any]]:
    """Return an SQS and an SNS client of boto3, unchanged."""
    with clients(endpoint) as pair:
        yield pair


@pytest.fixture
def sqs(aws: tuple[Any, Any]) -> Any:
    """Return the SQS client."""
    return aws[0]


@pytest.fixture
def sns(aws: tuple[Any, Any]) -> Any:
    """Return the SNS client."""
    return aws[1]


@pytest.fixture
def name() -> str:
    """Return a name nobody else uses."""
    return f"notes-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def queue(sqs: Any, name: str) -> str:
    """Return the URL of a fresh queue."""
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url
