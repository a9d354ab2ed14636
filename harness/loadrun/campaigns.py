"""The campaign of each profile, by the profile's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.loadrun.campaign import Campaign
from harness.loadrun.merging import Merging
from harness.loadrun.migrating import Migrating
from harness.loadrun.outage import SwitchedOff
from harness.loadrun.reconciling import Reconciling
from harness.loadrun.rollback import RollBack
from harness.loadrun.wave import Waves

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.plan import Plan
    from harness.stack import Stack

CAMPAIGNS: dict[str, type[Campaign]] = {
    "outage": SwitchedOff,
    "wave": Waves,
    "rollback": RollBack,
    "migration": Migrating,
    "reconcile": Reconciling,
    "merges": Merging,
}


def campaign_of(plan: Plan, stack: Stack, say: Callable[[str], None]) -> Campaign:
    """Return the campaign of the plan's profile; of most it does nothing."""
    return CAMPAIGNS.get(plan.profile.name, Campaign)(plan, stack, say)
