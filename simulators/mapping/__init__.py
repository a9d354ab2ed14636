"""The fake of the NOMIS mapping service: which NOMIS row is which DPS record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import contracts
from simulators.mapping import alert_operations, note_operations
from simulators.mapping.errors import MappingErrors
from simulators.mapping.model import MappingModel
from simulators.wire.service import Service

if TYPE_CHECKING:
    from simulators.clock import Clock

__all__ = ["MappingModel", "build"]


def build(clock: Clock) -> Service:
    """Make an empty mapping service."""
    return Service(
        name="mapping",
        contract=contracts.load("mapping"),
        model=MappingModel(clock),
        operations={**vars(note_operations), **vars(alert_operations)},
        errors=MappingErrors(),
    )
