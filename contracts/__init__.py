"""What each side of the sync promises, and the checks of a message against it."""

from __future__ import annotations

from contracts.asyncapi import Events, events
from contracts.contract import Contract, load, services
from contracts.operation import Operation
from contracts.problems import Problem
from contracts.routes import NoRoute

__all__ = [
    "Contract",
    "Events",
    "NoRoute",
    "Operation",
    "Problem",
    "events",
    "load",
    "services",
]
