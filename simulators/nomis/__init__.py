"""The NOMIS fake: the sync's API, the officers' screens and prison-api.

Three services over one model, as in life: the API in front of NOMIS
(hmpps-nomis-prisoner-api), what officers do in the screens (a driver API of our own),
and the older prison-api, which DPS reads switches from and once wrote notes through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import contracts
from simulators.nomis import (
    errors,
    operations,
    prison_api,
    prison_api_errors,
    screen_errors,
    screens,
)
from simulators.nomis.model import Nomis
from simulators.wire.service import ErrorBodies, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulators.clock import Clock

__all__ = ["Nomis", "NomisServices", "build"]


@dataclass(frozen=True, slots=True)
class NomisServices:
    """The three services, and the model they share."""

    nomis: Service
    screens: Service
    prison_api: Service
    model: Nomis

    def __iter__(self) -> Iterator[Service]:
        yield from (self.nomis, self.screens, self.prison_api)


def build(clock: Clock, limits: Iterable[str] = ()) -> NomisServices:
    """Make the NOMIS fake; `limits` are ids of known faults that are fixed."""
    model = Nomis(clock, limits)
    return NomisServices(
        Service(
            "nomis",
            contracts.load("nomis"),
            model,
            vars(operations),
            cast("ErrorBodies", errors),
        ),
        Service(
            "nomis-screens",
            contracts.load("nomis-screens"),
            model,
            vars(screens),
            cast("ErrorBodies", screen_errors),
        ),
        Service(
            "prison-api",
            contracts.load("prison-api"),
            model,
            vars(prison_api),
            cast("ErrorBodies", prison_api_errors),
        ),
        model,
    )
