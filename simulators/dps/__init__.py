"""The fake of DPS case notes (offender-case-notes): state, operations, listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import contracts
from simulators.dps import reading_operations, sync_operations, user_operations, users
from simulators.dps.errors import DpsErrors
from simulators.dps.listeners import handle
from simulators.dps.model import DpsModel
from simulators.wire.service import Service

if TYPE_CHECKING:
    from simulators.clock import Clock

__all__ = ["DpsModel", "build", "handle"]


def build(clock: Clock) -> Service:
    """Make an empty case notes service, as deployed."""
    return Service(
        name="dps",
        contract=contracts.load("dps"),
        model=DpsModel(clock),
        operations={
            **vars(reading_operations),
            **vars(user_operations),
            **vars(sync_operations),
        },
        errors=DpsErrors(),
        before=users.before,
    )
