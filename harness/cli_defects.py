"""The commands `tandem defects ...` and `tandem explore`."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.defects.mutants import Fate
    from harness.defects.registry import Defect
    from harness.defects.score import Row


@click.group()
def defects() -> None:
    """Planted defects: prove that scenarios and oracle see what they must."""


@defects.command("list")
@click.argument("query", required=False)
def list_defects(query: str | None) -> None:
    """List the planted defects; QUERY filters by words."""
    from harness.defects.registry import defects as known

    words = (query or "").lower().split()
    shown = 0
    for one in known().values():
        text = f"{one.id} {one.title} {one.program} {' '.join(one.rules)}"
        if all(word in text.lower() for word in words):
            shown += 1
            click.echo(f"{one.id:<14} {one.program:<11} {one.title}")
    click.echo(f"{shown} defects")


@defects.command()
@click.argument("identifier")
def show(identifier: str) -> None:
    """Say what a planted defect breaks and what has to show it."""
    from harness.defects import find
    from harness.defects.left_out import LEFT_OUT

    if identifier in LEFT_OUT:
        click.echo(f"{identifier} is not planted: {LEFT_OUT[identifier]}")
        return
    try:
        one = find(identifier)
    except KeyError as error:
        raise click.UsageError(str(error.args[0])) from error
    for name, text in (
        ("title", one.title),
        ("corpus", " ".join(one.corpus)),
        ("breaks", one.program),
        ("wrong", one.wrong),
        ("shows", one.shows),
        ("must say", f"{' or '.join(one.rules)}, owner {' or '.join(one.owners)}"),
        ("or fail at", one.line),
        ("equivalent", one.equivalent),
    ):
        if text:
            click.echo(f"{name:<11} {text}")


@defects.command("score")
@click.argument("paths", nargs=-1)
@click.option("--tier", type=click.Choice(["simulated", "wire"]), default="simulated")
@click.option("--only", multiple=True, metavar="ID", help="A defect or group.")
@click.option("--full", is_flag=True, help="Play everything; find blind scenarios.")
@click.option("--plays", type=int, metavar="N", help="Scenarios a defect, at most.")
@click.option("--kills", type=int, default=2, show_default=True, metavar="N")
@click.option("--learn", is_flag=True, help="Renew the table of diagnoses (only).")
@click.option("--sample", type=int, metavar="N", help="A seeded sample of N defects.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("-n", "workers", type=click.IntRange(1, 32), default=2, show_default=True)
@click.option("--report", default="test-results", show_default=True, metavar="DIR")
def score_command(
    paths: tuple[str, ...],
    tier: str,
    only: tuple[str, ...],
    full: bool,
    plays: int | None,
    kills: int,
    learn: bool,
    sample: int | None,
    seed: int,
    workers: int,
    report: str,
) -> None:
    """Play the scenarios of PATHS (default: ours) against every planted defect."""
    from harness.defects.matrix import print_score, write_score
    from harness.defects.scenarios import feature_files
    from harness.defects.score import score

    if learn and (only or sample or tier == "wire"):
        raise click.UsageError(
            "--learn needs all defects, simulated: a signature must be the only one"
        )
    wanted = _chosen(only, sample, seed)
    files = feature_files(paths)
    if not files:
        raise click.UsageError(f"no feature file under {', '.join(paths)}")
    if learn and not full:
        from harness.defects.diagnosis import write
        from harness.defects.learning import learnt

        table = learnt(files, seed=seed, workers=workers, progress=click.echo)
        click.echo(f"{write(table)} of {len(table)} signatures name one defect alone")
        return
    if tier == "wire":
        from harness.defects.wire import score_wire

        result = score_wire(files, wanted, seed=seed, progress=_tell)
    else:
        result = score(
            files,
            wanted,
            seed=seed,
            workers=workers,
            full=full,
            plays=plays,
            kills=kills,
            progress=_tell,
        )
    print_score(result)
    write_score(result, Path(report))
    if learn:
        from harness.defects.diagnosis import learn as learn_from
        from harness.defects.diagnosis import write

        click.echo(f"{write(learn_from(result))} signatures name one defect alone")
    wrong = result.survivors or result.broken or result.no_longer_equal
    sys.exit(1 if wrong else 0)


def _chosen(only: tuple[str, ...], sample: int | None, seed: int) -> list[Defect]:
    from harness.defects.registry import defects as known

    wanted = [
        one
        for one in known().values()
        if not only or one.id in only or one.group in only
    ]
    if not wanted:
        raise click.UsageError(f"no defect or group is called {' or '.join(only)}")
    if sample is not None:
        living = [one for one in wanted if not one.equivalent]
        stream = random.Random(f"sample/{seed}")  # noqa: S311 - no secret
        wanted = stream.sample(living, min(sample, len(living)))
    return wanted


def _tell(row: Row) -> None:
    from harness.defects.matrix import line_of

    click.echo(line_of(row))


@defects.command("mutants")
@click.argument("words", required=False)
@click.option("--sample", type=int, metavar="N", help="A seeded sample of N mutants.")
@click.option("--plays", type=int, default=60, show_default=True, metavar="N")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("-n", "workers", type=click.IntRange(1, 32), default=2, show_default=True)
@click.option("--minutes", type=float, metavar="N", help="Begin none after so long.")
@click.option("--at-least", type=int, default=85, show_default=True, metavar="PERCENT")
@click.option("--report", default="test-results", show_default=True, metavar="DIR")
def score_mutants_command(
    words: str | None,
    sample: int | None,
    plays: int,
    seed: int,
    workers: int,
    minutes: float | None,
    at_least: int,
    report: str,
) -> None:
    """Change the reference sync by a script, and count what our scenarios notice."""
    from harness.defects.matrix import print_mutants, write_mutants
    from harness.defects.mutants import chosen, score_mutants
    from harness.defects.scenarios import feature_files

    wanted = chosen(words, sample, seed)
    fates = score_mutants(
        feature_files(),
        wanted,
        seed=seed,
        workers=workers,
        plays=plays,
        minutes=minutes,
        progress=_tell_fate,
    )
    percent = print_mutants(fates)
    write_mutants(fates, Path(report))
    sys.exit(0 if percent >= at_least else 1)


def _tell_fate(fate: Fate) -> None:
    if fate.plays >= 0:
        how = f"killed by {fate.killer}" if fate.killer else "ALIVE"
        click.echo(f"{fate.mutant.id:<60} {fate.plays:>3} plays  {how}")


@click.command()
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--histories", type=click.IntRange(1), default=100, show_default=True)
@click.option("--changes", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--kind", metavar="NAME", help="Histories of one kind only.")
@click.option("--defect", "planted", multiple=True, help="Plant a defect (repeatable).")
@click.option("-n", "workers", type=click.IntRange(1, 32), default=2, show_default=True)
@click.option("--report", default="test-results", show_default=True, metavar="DIR")
def explore(
    seed: int,
    histories: int,
    changes: int,
    kind: str | None,
    planted: tuple[str, ...],
    workers: int,
    report: str,
) -> None:
    """Play random histories; print and keep the shortest that the sync gets wrong."""
    from harness.explore import KINDS, Search, explore_with

    if kind and kind not in KINDS:
        raise click.UsageError(f"no kind {kind!r}; the kinds are {', '.join(KINDS)}")
    folder = Path(report) / "counterexamples"
    started, found = time.perf_counter(), 0
    search = Search(seed, changes, planted, kind)

    def tell(done: int) -> None:
        if done % max(100, histories // 20) == 0 and done < histories:
            seconds = time.perf_counter() - started
            click.echo(f"{done} histories in {seconds:.0f} s, {found} wrong")

    for finding in explore_with(search, histories, workers, tell):
        found += 1
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"history-{finding.seed}.feature"
        path.write_text(finding.feature(), encoding="utf-8")
        click.secho(f"{finding.outcome.verdict}: {path}", fg="red")
        click.echo(finding.feature())
    click.echo(
        f"{histories} histories of {changes} changes from seed {seed} in "
        f"{time.perf_counter() - started:.0f} s: "
        + (f"{found} WRONG" if found else "all right")
    )
    sys.exit(1 if found else 0)
