"""The commands `tandem defects list`, `show` and `score`."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
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
@click.option(
    "--minutes", type=float, metavar="N", help="By sockets: begin none after."
)
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
    minutes: float | None,
    learn: bool,
    sample: int | None,
    seed: int,
    workers: int,
    report: str,
) -> None:
    """Play the scenarios of PATHS (default: ours) against every planted defect."""
    from harness.defects.blind import seeing, unexplained
    from harness.defects.matrix import print_score, write_score
    from harness.defects.scenarios import feature_files
    from harness.defects.score import ENOUGH, score

    if learn and (only or sample or tier == "wire"):
        raise click.UsageError(
            "--learn needs all defects, simulated: a signature must be the only one"
        )
    # Over sockets those that cannot be shown there make room for others.
    wanted = _chosen(only, None if tier == "wire" else sample, seed)
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
        _score_wire(files, wanted, sample, seed, workers, minutes, Path(report))
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
    wrong = bool(result.survivors or result.broken or result.no_longer_equal)
    whole = not (paths or only or sample or plays) and kills >= ENOUGH
    # A second scenario for each is wanted, and its lack said above; by night it fails.
    if whole and full:
        blind = result.blind()
        wrong |= bool(
            result.barely() or unexplained(blind) or seeing(blind, result.names)
        )
    sys.exit(1 if wrong else 0)


def _score_wire(
    files: list[str],
    wanted: list[Defect],
    sample: int | None,
    seed: int,
    workers: int,
    minutes: float | None,
    folder: Path,
) -> NoReturn:
    """Compare the kills over sockets with the simulated ones; exits."""
    from harness.defects.matrix import print_agreement, write_score
    from harness.defects.wire import SURVIVES, score_wire

    living = [one for one in wanted if not one.equivalent]
    if sample is not None:
        random.Random(f"sample/{seed}").shuffle(living)  # noqa: S311 - no secret
    agreement = score_wire(
        files,
        living,
        enough=sample,
        seed=seed,
        workers=workers,
        minutes=minutes,
        progress=_tell,
    )
    print_agreement(agreement)
    write_score(agreement.wire, folder)
    unproven = SURVIVES in agreement.out.values() or not agreement.wire.rows
    sys.exit(1 if agreement.missing or agreement.late or unproven else 0)


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
