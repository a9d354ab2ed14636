"""One load run at a world: who takes part, what was offered and sent, its verdict."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from load.control import Control

if TYPE_CHECKING:
    from argparse import Namespace

    from load.arrivals import Arrival

CLIENT = "load-users"
"""The registration that `harness.credentials` keeps for us."""
STAFF = 5
SHOWN = 10


@dataclass
class Session:
    """Where the services are, who writes about whom, and how many arrivals there were.

    `notes` are those written so far, by side: prisoner number and note id. `late`
    counts the arrivals that were sent later than they came.
    """

    control: Control
    rate: float
    seed: int
    since: int
    services: dict[str, str]
    token: str
    prisoners: list[str]
    staff: list[str]
    notes: dict[str, list[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    came: int = 0
    sent: int = 0
    late: int = 0

    def headers(self, arrival: Arrival) -> dict[str, str]:
        """Return the headers of the user whom an arrival stands for."""
        user = self.staff[arrival.number % len(self.staff)]
        return {"Authorization": f"Bearer {self.token}", "Username": user}

    def prisoner(self, arrival: Arrival) -> str:
        """Return whom an arrival's note is about."""
        return self.prisoners[arrival.number % len(self.prisoners)]

    def words(self, arrival: Arrival) -> str:
        """Return a text that no other arrival has."""
        return f"Arrival {arrival.number} of the load with seed {self.seed}."

    def keep(self, side: str, prisoner: str, written: Any) -> None:
        """Remember a note for those who come to amend or read it."""
        if written and "caseNoteId" in written:
            self.notes[side].append((prisoner, str(written["caseNoteId"])))

    def judge(self, patience: float) -> tuple[str, list[str]]:
        """Settle and judge; returns the verdict and what there is to say of it."""
        said: list[str] = []
        settled = self.control.call("settle", scope=self.prisoners, timeout=patience)
        if settled["settled"]:
            said.append(f"settled after {settled['seconds']:.2f} s")
        else:
            waiting = settled["waiting"]
            said.append(f"not settled after {patience:g} s; {len(waiting)} wait:")
            said += [f"  {reason}" for reason in waiting[:SHOWN]]
        found = self.control.call("judge", scope=self.prisoners, since=self.since)
        said += [
            f"  {violation['rule']} by {violation['owner']}: note {violation['note']}"
            for violation in found["violations"][:SHOWN]
        ]
        return found["verdict"], said


def begin(url: str, options: Namespace) -> Session:
    """Ask the world at `url` for a prison, staff, prisoners and a token."""
    control = Control(url)
    services = control.call("about")["addresses"]["services"]
    prison = control.call("add_prison")["code"]
    staff = [control.call("add_staff", prison=prison) for _ in range(STAFF)]
    prisoners = [
        control.call("add_prisoner", prison=prison)["prisoner"]
        for _ in range(options.prisoners)
    ]
    return Session(
        control=control,
        rate=options.rate,
        seed=options.seed,
        since=control.call("begin", scenario=f"load, seed {options.seed}"),
        services=services,
        token=control.token(services["auth"], CLIENT),
        prisoners=prisoners,
        staff=[person["usernames"][0] for person in staff],
    )
