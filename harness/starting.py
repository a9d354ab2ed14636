"""Stacks on sockets, made from a run's options."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.wirestack import WireStack

if TYPE_CHECKING:
    from harness.options import RunOptions
    from harness.stack import Stack


# Scenarios that reconcile have come to rest: nothing is under way that the long wait
# of production would let pass (events-and-config 8.2).
_HASTE = {"REPORTS_CASENOTES_RECONCILIATION_RETRY_DELAY_MS": "200"}


def for_scenarios(options: RunOptions) -> RunOptions:
    """Let the halves that we start wait for nothing that scenarios have not begun."""
    return replace(options, half_env=_HASTE | options.half_env)


def start_wire(options: RunOptions) -> Stack:
    """Start a stack on sockets: its own world, and the halves that we start."""
    if options.tier == "containers":
        from harness.containers import ContainersStack

        return ContainersStack(options)
    return WireStack(options)


def attach(options: RunOptions) -> Stack:
    """Use the world that `tandem up` holds at `options.stack`; it stays when we end."""
    return WireStack(options, world_url=options.stack)
