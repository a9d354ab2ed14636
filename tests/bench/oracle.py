"""The oracle: how long 100,000 notes take to judge.

Notes are written, amended and synced in the simulated tier; the evidence on them is
then judged again and again. Two sizes show whether the cost a note stays the same.
"""

from __future__ import annotations

import time
from typing import Any

import harness.oracle
from harness.oracle import Evidence, Verdict, judge
from harness.simulated import SimulatedStack
from tests.bench import cores
from tests.bench.report import figure, ratio

NOTES = 100_000
SMALL, LARGE = 4, 32
"""Prisoners judged at once."""
EACH = 10
"""Notes of one prisoner: half born in NOMIS, half in DPS, every fifth amended."""
SECONDS = 4.0


def run() -> list[str]:
    """Measure; returns what was wrong."""
    problems: list[str] = []
    costs = {}
    with cores.on(cores.SERVER):
        for prisoners in (SMALL, LARGE):
            evidence = _evidence(prisoners)
            verdict = judge(evidence)
            if verdict.verdict != "pass":
                problems.append(f"the reference was judged {verdict.verdict}")
            costs[prisoners] = _cost(evidence) / (prisoners * EACH)
    cost = costs[LARGE]
    figure(
        f"{NOTES:,} notes, at {LARGE * EACH} a judgement",
        f"{cost * NOTES:.1f} s",
        "5 s",
    )
    figure(
        f"cost a note at {LARGE * EACH} against {SMALL * EACH} at once",
        ratio(cost, costs[SMALL]),
        "1x (linear)",
    )
    return problems


def _cost(evidence: Evidence) -> float:
    """Return the processor seconds of one judgement."""
    rounds = 0
    began = time.process_time()
    while time.process_time() - began < SECONDS:
        judge(evidence)
        rounds += 1
    return (time.process_time() - began) / rounds


def _evidence(prisoners: int) -> Evidence:
    """Play the changes and return what the world hands to the oracle."""
    stack = SimulatedStack(seed=1)
    try:
        world = stack.world
        prison = world.add_prison()["code"]
        user = world.add_staff(prison=prison)["usernames"][0]
        scope = [world.add_prisoner(prison)["prisoner"] for _ in range(prisoners)]
        for prisoner in scope:
            _write(world, prisoner, user)
        world.settle(scope)
        kept: list[Evidence] = []

        def keep(evidence: Evidence, checkers: Any = None) -> Verdict:
            kept.append(evidence)
            return judge(evidence, checkers)

        # The world builds the evidence and hands it on; we want to see it pass.
        harness.oracle.judge = keep
        try:
            world.judge(scope)
        finally:
            harness.oracle.judge = judge
        return kept[0]
    finally:
        stack.close()


def _write(world: Any, prisoner: str, user: str) -> None:
    for number in range(EACH):
        text = f"Note {number} about {prisoner}."
        body = {"type": "GEN", "subType": "OSE", "text": text}
        if number % 2:
            world.act(
                "nomis-screens", "create_note", {"prisoner": prisoner}, None, body, user
            )
            continue
        written = world.write_note_as_dps_user(prisoner, user, text)
        if number % 5 == 0:
            note = written["body"]["caseNoteId"]
            world.amend_note_as_dps_user(prisoner, user, note, "More.")
