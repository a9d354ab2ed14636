"""The fakes around the sync: prisoner search, manage users, and all other domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import contracts
from contracts import Contract
from simulators.periphery import manage_users, prisoner_search
from simulators.periphery.errors import PeripheryErrors
from simulators.periphery.manage_users import ManageUsersModel
from simulators.periphery.prisoner_search import PrisonerSearchModel
from simulators.wire.service import Service

if TYPE_CHECKING:
    from simulators.clock import Clock

__all__ = [
    "ManageUsersModel",
    "PeripheryServices",
    "PrisonerSearchModel",
    "build",
]


class PeripheryServices(NamedTuple):
    """The peripheral fakes; `other` stands for every domain that no test is about."""

    prisoner_search: Service
    manage_users: Service
    other: Service


def build(clock: Clock) -> PeripheryServices:
    """Make the peripheral fakes.

    `prisoner_search` calls NOMIS (`GET /prisoners/{no}`) with its own token, which
    needs NOMIS' synchronisation role. `other` has no operation: the Wire answers its
    health pages, which is all the real builds ask of the base URLs of other domains
    (http-contracts 0.1, 0.3).
    """
    return PeripheryServices(
        prisoner_search=Service(
            name="prisoner-search",
            contract=contracts.load("prisoner-search"),
            model=PrisonerSearchModel(clock),
            operations=vars(prisoner_search),
            errors=PeripheryErrors(),
        ),
        manage_users=Service(
            name="manage-users",
            contract=contracts.load("manage-users"),
            model=ManageUsersModel(clock),
            operations=vars(manage_users),
            errors=PeripheryErrors(),
        ),
        other=Service(
            name="other",
            contract=Contract("other", _NOTHING),
            model=None,
            operations={},
            errors=PeripheryErrors(),
        ),
    )


_NOTHING = {
    "openapi": "3.1.0",
    "info": {"title": "Other domains", "version": "0"},
    "paths": {},
}
