"""The simulated tier is deterministic by seed, and not simpler than life."""

from __future__ import annotations

from harness.simulated import SimulatedStack
from tests.harness.conftest import play


def _run(seed: int) -> tuple[str, list[str]]:
    """Play a burst on both sides, a crash included; returns digest and order."""
    stack = SimulatedStack(seed=seed)
    scene = play(stack)
    for number in range(4):
        scene.write_in_nomis(f"NOMIS {number}.")
        scene.write_in_dps(f"DPS {number}.")
    stack.restart("to-nomis")
    stack.kill("from-nomis")
    stack.start("from-nomis")
    scene.settle()
    requests = scene.world.journal(kinds=["request"])
    order = [f"{entry['client']} {entry['operation']}" for entry in requests]
    digest = stack.digest()
    stack.close()
    return digest, order


def test_same_seed_same_history() -> None:
    """A scenario replays entry by entry from its seed, crashes included."""
    assert _run(3) == _run(3)


def test_two_seeds_interleave_differently() -> None:
    """Other seeds give other interleavings of the same changes: races show."""
    orders = {tuple(_run(seed)[1]) for seed in range(4)}
    assert len(orders) == 4


def test_a_back_off_of_minutes_costs_no_time() -> None:
    """Retries after 1, 10 and 60 seconds pass on the virtual stopwatch."""
    stack = SimulatedStack(seed=5)
    scene = play(stack)
    scene.world.fault("dps", "status", operation="put_sync_case_note", status=503,
                      times=3)  # fmt: skip
    scene.write_in_nomis("Patience.")
    outcome = scene.settle()
    assert outcome["seconds"] > 70
    assert scene.texts() == (["Patience."], ["Patience."])
    stack.close()


def test_nothing_is_shared_between_two_stacks() -> None:
    """Two worlds of one process know nothing of each other."""
    first, second = SimulatedStack(seed=1), SimulatedStack(seed=1)
    one, other = play(first), play(second)
    one.write_in_nomis("Only here.")
    one.settle()
    assert other.texts() == ([], [])
    first.close()
    second.close()
