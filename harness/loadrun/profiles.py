"""The courses a load run can take: rate over time, and what goes wrong meanwhile.

Times are shares of the run, so that the same course can be played in two minutes on a
laptop and in ninety before a roll-out.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.targets import HALVES


@dataclass(frozen=True)
class Profile:
    """A course.

    `corners` are (share of the run, multiple of the peak rate); empty means a weekday.
    `minutes` is the default length. `outage` is the span, as shares of the run, in
    which something is off. `needs` are traits of a half without which the course makes
    no sense: (half, trait). `share` is how many prisoners of the estate are taken on
    beside the users', for each second of the run, and `most` how many at the most: who
    was migrated stays in memory, 10 kB a note. `least` is the shortest length: below
    it what operators do would overlap.
    """

    name: str
    says: str
    minutes: float
    corners: tuple[tuple[float, float], ...]
    outage: tuple[float, float] | None = None
    needs: tuple[tuple[str, str], ...] = ()
    share: float = 0.0
    most: int = 2_000
    least: float = 0.0


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("beta", "six pilot prisons of 120", 10, ((0, 0.05),)),
        Profile("peak", "the whole estate's busiest hour", 2, ((0, 1.0),)),
        Profile(
            "spike",
            "the peak, and ten times as much for a sixth of the run",
            6,
            ((0, 1), (0.41, 1), (0.42, 10), (0.58, 10), (0.59, 1)),
        ),
        Profile("soak", "a weekday's shape", 480, ()),
        Profile(
            "outage",
            "the peak, with something off for a third of the run",
            90,
            ((0, 1.0),),
            (1 / 6, 1 / 2),
        ),
        Profile(
            "wave", "four waves of prisons go live in DPS", 10, ((0, 1.0),), least=0.4
        ),
        Profile(
            "rollback",
            "waves go live, one goes back and forward again, at the peak",
            10,
            ((0, 1.0),),
            least=0.4,
        ),
        Profile(
            "migration",
            "the sync's initial load of a share of the estate, at the peak",
            10,
            ((0, 1.0),),
            needs=(("from-nomis", "migrates"),),
            share=2.0,
            most=500,
        ),
        Profile(
            "reconcile",
            "the sync's reconciliation over a share of the estate, at the peak",
            5,
            ((0, 1.0),),
            needs=(("to-nomis", "reconciles"),),
            share=2.0,
        ),
        Profile(
            "merges",
            "records are merged every four seconds, at the peak",
            2,
            ((0, 1.0),),
            least=0.2,
        ),
    )
}


@dataclass(frozen=True)
class Outage:
    """What is off: a `half` (its processes end), a `service` or a half's `switch`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


OUTAGE_KINDS = ("half", "service", "switch")


def parse_outage(text: str) -> Outage:
    """Read `half:NAME`, `service:NAME` or `switch:HALF`; else ValueError."""
    kind, _, name = text.partition(":")
    if kind not in OUTAGE_KINDS or not name:
        raise ValueError(
            f"{text!r}: write half:to-nomis, service:nomis or switch:from-nomis"
        )
    if kind != "service" and name not in HALVES:
        raise ValueError(f"{text!r}: the halves are {' and '.join(HALVES)}")
    return Outage(kind, name)


def corners(profile: Profile, peak: float, seconds: float) -> str:
    """Return the rate over time as the generator reads it (`seconds:rate,...`)."""
    if not profile.corners:
        return ""
    return ",".join(
        f"{share * seconds:g}:{multiple * peak:g}"
        for share, multiple in profile.corners
    )
