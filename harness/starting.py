"""Stacks on sockets, made from a run's options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.wirestack import WireStack

if TYPE_CHECKING:
    from harness.options import RunOptions
    from harness.stack import Stack


def start_wire(options: RunOptions) -> Stack:
    """Start a stack on sockets: its own world, and the halves that we start."""
    if options.tier == "containers":
        from harness.containers import ContainersStack

        return ContainersStack(options)
    return WireStack(options)


def attach(options: RunOptions) -> Stack:
    """Use the world that `tandem up` holds at `options.stack`; it stays when we end."""
    return WireStack(options, world_url=options.stack)
