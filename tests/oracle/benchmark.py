"""How fast the oracle is: notes a second, and the cost of one scenario's scope.

Run: `python -m tests.oracle.benchmark [notes]`. Reach: 100,000 notes in 5 s; about
1 ms for a history of ten changes. Not a test: machines differ.
"""

from __future__ import annotations

import sys
import time

from harness.oracle import Evidence, judge
from tests.oracle.story import Story


def estate(notes: int) -> Evidence:
    """Return seeded pairs, 134 a prisoner, one in fifty of them amended in DPS."""
    story = Story()
    whole = []
    for number in range(notes):
        story.prisoner = f"A{number // 134 % 10000:04d}BC"
        story.mapping = []
        story.n2(story.dps_create(f"Session {number} went well enough."))
        whole += story.mapping
        # The journal of the making goes: the notes count as seeded.
        story.waiting.clear()
        story.entries.clear()
    story.mapping = whole
    story.scope = []
    story.begin()
    for number, note in enumerate(list(story.dps)):
        if number % 50 == 1:
            story.prisoner = story.dps[note]["prisoner"]
            story.mapping = [whole[number]]
            story.dps_amend(note, "An amendment.")
            story.sync()
    story.mapping = whole
    return story.evidence()


def history() -> Evidence:
    """Return ten changes on three notes, carried over."""
    story = Story()
    one, two, three = story.dps_create(), story.nomis_create(), story.dps_create("c")
    story.sync()
    for turn in range(2):
        story.dps_amend(one, f"words {turn}")
        story.nomis_amend(two, f"words {turn}")
        story.sync()
    story.dps_edit(one, "Another text.")
    story.nomis_edit(two, "Yet another text.")
    story.dps_delete(three)
    story.sync()
    return story.evidence()


def main() -> None:
    """Print both figures."""
    notes = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    evidence = estate(notes)
    start = time.perf_counter()
    verdict = judge(evidence)
    spent = time.perf_counter() - start
    sys.stdout.write(
        f"{notes} notes, {len(evidence.entries)} entries: {spent:.2f} s, "
        f"{verdict.verdict}, {len(verdict.violations)} violations\n"
    )
    small = history()
    rounds = 200
    start = time.perf_counter()
    for _ in range(rounds):
        verdict = judge(small)
    each = (time.perf_counter() - start) / rounds * 1000
    sys.stdout.write(
        f"10 changes, {len(small.entries)} entries: {each:.2f} ms, {verdict.verdict}\n"
    )


if __name__ == "__main__":
    main()
