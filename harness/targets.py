"""What takes the place of each half of the sync, and what that thing can do.

A *half* is one direction: `to-nomis` carries DPS changes to NOMIS, `from-nomis` the
other way. A *target* is the program tested in its place.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, fields, replace

HALVES = ("to-nomis", "from-nomis")
KINDS = ("reference", "command", "container", "external", "none")
_WITH_ARGUMENT = ("command", "container")
PARKED, BACKFILLED, DROPPED = "parked", "backfilled", "dropped"
POLICIES = (PARKED, BACKFILLED, DROPPED)
"""What becomes of events whose type is off: kept by the build and replayed; dropped,
and sent again by an operator once it is on; dropped for good."""


class TargetError(ValueError):
    """A target that cannot be understood or cannot be started; names what to do."""


@dataclass(frozen=True)
class Traits:
    """What a target can do; a scenario that needs a missing trait is skipped by name.

    `runs` says that the direction exists at all. `parks` is true when events of a
    switched-off type wait and are replayed, false when they are dropped. `catches_up`
    is true when they are carried once the type is on again, by whatever means.
    `reconciles_everyone` means that it compares all prisoners when asked: the real
    build does so only as a batch job of its own. `switches_live` means a switch needs
    no restart. `exact` means the target reports
    when it is idle.
    """

    runs: bool = True
    alerts: bool = True
    migrates: bool = True
    reconciles: bool = True
    reconciles_everyone: bool = False
    parks: bool = False
    catches_up: bool = False
    switches_live: bool = False
    killable: bool = True
    extends_leases: bool = False
    exact: bool = False

    def names(self) -> frozenset[str]:
        """Return the names of what it can do, as tags spell them (`switches-live`)."""
        return frozenset(
            field.name.replace("_", "-")
            for field in fields(self)
            if getattr(self, field.name)
        )


# The real builds lost their migration code in March 2025 (events-and-config 8.1);
# to-nomis reconciles, both drop what a switch turned off (5.1) and read switches
# from the environment.
_BUILD = Traits(migrates=False)
_TRAITS = {
    "reference": Traits(
        parks=True,
        catches_up=True,
        switches_live=True,
        exact=True,
        reconciles_everyone=True,
    ),
    "command": _BUILD,
    "container": _BUILD,
    "external": Traits(migrates=False, killable=False),
    "none": Traits(
        runs=False, alerts=False, migrates=False, reconciles=False, killable=False
    ),
}


@dataclass(frozen=True)
class Target:
    """One half's target: kind, and the command or image where the kind takes one.

    `off` is its declared policy for events of a type that is off, one of `POLICIES`;
    empty means what the kind does by itself: the reference parks, a build drops.
    """

    kind: str
    argument: str = ""
    off: str = ""

    @property
    def traits(self) -> Traits:
        """What this kind of target can do, with its policy."""
        own = _TRAITS[self.kind]
        if not self.off:
            return own
        return replace(own, parks=self.off == PARKED, catches_up=self.off != DROPPED)

    @property
    def command(self) -> list[str]:
        """The command line of a `command:` target, split as a shell would."""
        return shlex.split(self.argument)

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind


REFERENCE = Target("reference")
NONE = Target("none")


def parse(text: str) -> Target:
    """Parse `reference`, `command:CMD`, `container:IMAGE`, `external` or `none`."""
    kind, _, argument = text.partition(":")
    if kind not in KINDS:
        raise TargetError(
            f"unknown target {text!r}: write reference, command:CMD, "
            "container:IMAGE, external or none"
        )
    if kind in _WITH_ARGUMENT and not argument.strip():
        raise TargetError(f"target {text!r} lacks its argument: write {kind}:WHAT")
    if kind not in _WITH_ARGUMENT and argument:
        raise TargetError(f"target {kind!r} takes no argument, got {argument!r}")
    return Target(kind, argument.strip())


def declared(half: str, target: str, policy: str) -> Target:
    """Return the target with its policy; TargetError where none can be declared."""
    parsed = parse(target)
    if policy not in POLICIES:
        raise TargetError(
            f"--when-off-{half} {policy!r}: what becomes of events whose type is "
            f"switched off is one of {', '.join(POLICIES)}"
        )
    if parsed.kind not in _WITH_ARGUMENT:
        why = (
            "the reference parks"
            if parsed.kind == "reference"
            else "Tandem turns the switches only of what it starts"
        )
        raise TargetError(
            f"--when-off-{half} {policy} is for command:CMD or container:IMAGE, not "
            f"for {target}: {why}"
        )
    return replace(parsed, off=policy)


def check_half(half: str) -> str:
    """Return `half` if it is one; otherwise say which there are."""
    if half not in HALVES:
        raise TargetError(f"unknown half {half!r}; halves: {', '.join(HALVES)}")
    return half
