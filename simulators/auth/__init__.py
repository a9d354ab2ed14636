"""Fake hmpps-auth: issues tokens, publishes its keys, checks what callers bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import contracts
from simulators.auth import errors, operations
from simulators.auth.model import (
    FROM_NOMIS_ROLES,
    LIFETIME,
    OWN_ROLES,
    TO_NOMIS_ROLES,
    AuthModel,
)
from simulators.auth.tokens import TokenChecker
from simulators.wire.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.clock import Clock

__all__ = [
    "FROM_NOMIS_ROLES",
    "LIFETIME",
    "OWN_ROLES",
    "TO_NOMIS_ROLES",
    "AuthModel",
    "TokenChecker",
    "build",
]


def build(clock: Clock, now: Callable[[], float] | None = None) -> Service:
    """Make the fake; `now` gives epoch seconds (default: virtual, see `model`)."""
    return Service(
        name="auth",
        contract=contracts.load("auth"),
        model=AuthModel(clock, now),
        operations=vars(operations),
        errors=errors,
    )
