"""Learning what each defect looks like, without playing everything against everything.

First each defect is played in the scenarios tagged with its entries: what a right kill
shows there is its *signature*. Then, wherever a signature was seen, the other defects
of the owners it names are played in the same scenario: a signature that two of them
show says nothing, and `diagnose` keeps silent. A full score does the same for all.
"""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

from harness.defects.registry import defects
from harness.defects.scenarios import load
from harness.defects.score import begin, play_defect, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.defects.diagnosis import Table
    from harness.defects.score import Job, Seen

_DEAR = 3.0  # seconds of a scenario that is not worth its while here


def learnt(
    files: Sequence[str],
    *,
    seed: int = 1,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> Table:
    """Return, by scenario and signature, the defects that show it there."""
    known = load(files)
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, begin, (list(files), seed)) as pool:
        base = pool.map(reference, range(len(known)), chunksize=4)
        cost = [seconds for seconds, _ in base]
        usable = [i for i, (s, why) in enumerate(base) if not why and s < _DEAR]
        place = {one.id: index for index, one in enumerate(known)}
        own: dict[str, list[int]] = {
            one.id: [i for i in usable if known[i].tags & set(one.corpus)]
            for one in defects().values()
        }
        table: Table = {}
        owners: dict[int, set[str]] = {}
        for row in pool.imap_unordered(play_defect, _jobs(own, cost)):
            for seen in row.kills:
                if seen.signature:
                    _add(table, seen, row.id)
                    owners.setdefault(place[seen.scenario], set()).update(_owners(seen))
        _say(progress, f"{len(table)} signatures in {len(owners)} scenarios")
        others: dict[str, list[int]] = {
            one.id: [
                index
                for index, named in sorted(owners.items())
                if index not in own[one.id] and named & {one.program, *one.owners}
            ]
            for one in defects().values()
        }
        count = sum(map(len, others.values()))
        _say(progress, f"{count} plays of other defects to tell them apart")
        for row in pool.imap_unordered(play_defect, _jobs(others, cost)):
            for seen in row.seen:
                if key_of(seen) in table:
                    _add(table, seen, row.id)
    return {key: sorted(ids) for key, ids in sorted(table.items())}


def key_of(seen: Seen) -> str:
    """Return the table's key: the scenario's name without its row, and what it saw."""
    name = seen.scenario.partition("::")[2].partition("[")[0]
    return f"{name} | {seen.signature}"


def _jobs(wanted: dict[str, list[int]], cost: list[float]) -> list[Job]:
    return [(name, order, len(order) + 1, cost) for name, order in wanted.items()]


def _add(table: Table, seen: Seen, name: str) -> None:
    ids = table.setdefault(key_of(seen), [])
    if name not in ids:
        ids.append(name)


def _owners(seen: Seen) -> set[str]:
    """Return the owners a signature names; its parts are `rule:owner:what`."""
    return {part.split(":")[1] for part in seen.signature.split("; ") if ":" in part}


def _say(progress: Callable[[str], None] | None, words: str) -> None:
    if progress is not None:
        progress(words)
