"""The fake of the DPS alerts service: alerts, their events, their reference data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import contracts
from simulators.alerts import listings, operations, reference_operations
from simulators.alerts.context import resolve_context
from simulators.alerts.errors import AlertsErrors
from simulators.alerts.model import AlertsModel
from simulators.wire.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.clock import Clock

__all__ = ["AlertsModel", "build"]


def build(clock: Clock, limits: Iterable[str] = ()) -> Service:
    """Make an alerts service without alerts.

    It calls manage-users (any valid token) and prisoner-search with its own token.
    `limits` holds the ids of `simulators.alerts.limits` that behave as intended.
    """
    return Service(
        name="alerts",
        contract=contracts.load("alerts"),
        model=AlertsModel(clock, limits),
        operations={
            **vars(operations),
            **vars(listings),
            **vars(reference_operations),
        },
        errors=AlertsErrors(),
        before=resolve_context,
    )
