"""The NOMIS of the NOMIS tests, for the events that it raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.nomis.conftest import Office

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def office() -> Iterator[Office]:
    """Return a NOMIS as deployed."""
    made = Office()
    yield made
    made.client.close()
