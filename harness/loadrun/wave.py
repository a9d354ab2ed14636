"""The profile `wave`: prisons go live in DPS, four waves of them, under load."""

from __future__ import annotations

from harness.loadrun.rollout import DPS, Move, RollOut


class Waves(RollOut):
    """Four waves, one after the other; in the end everybody writes in DPS."""

    moves = tuple(
        Move(wave, share, DPS) for wave, share in enumerate((0.2, 0.4, 0.6, 0.8))
    )
