"""The commands `tandem defects blind` and `mutants`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from harness.defects.mutants import Fate
    from harness.defects.sight import Sight


@click.command("blind")
@click.argument("paths", nargs=-1)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("-n", "workers", type=click.IntRange(1, 32), default=2, show_default=True)
def blind_command(paths: tuple[str, ...], seed: int, workers: int) -> None:
    """Find scenarios of PATHS (default: ours) that kill no planted defect at all."""
    from harness.defects.blind import seeing, unexplained
    from harness.defects.matrix import print_blind
    from harness.defects.scenarios import feature_files
    from harness.defects.sight import look

    files = feature_files(paths)
    if not files:
        raise click.UsageError(f"no feature file under {', '.join(paths)}")

    def tell(sight: Sight) -> None:
        what = (
            f"kills {sight.kills}" if sight.kills else sight.broken or "kills nothing"
        )
        click.echo(f"{sight.plays:>4} plays  {sight.scenario}: {what}")

    sights = look(files, seed=seed, workers=workers, progress=tell)
    broken = [one for one in sights if one.broken]
    played = [one.scenario for one in sights if not one.broken]
    blind = [one.scenario for one in sights if not one.broken and not one.kills]
    for one in broken:
        click.secho(
            f"the reference itself fails {one.scenario}: {one.broken}", fg="red"
        )
    print_blind(blind, played)
    sys.exit(1 if broken or unexplained(blind) or seeing(blind, played) else 0)


@click.command("mutants")
@click.argument("words", required=False)
@click.option("--sample", type=int, metavar="N", help="A seeded sample of N mutants.")
@click.option("--plays", type=int, default=60, show_default=True, metavar="N")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("-n", "workers", type=click.IntRange(1, 32), default=2, show_default=True)
@click.option("--minutes", type=float, metavar="N", help="Begin none after so long.")
@click.option("--at-least", type=int, default=85, show_default=True, metavar="PERCENT")
@click.option(
    "--keep",
    type=click.Choice(["killed", "played"]),
    help="Do not play again those that an earlier run into DIR killed, or played.",
)
@click.option("--report", default="test-results", show_default=True, metavar="DIR")
def score_mutants_command(
    words: str | None,
    sample: int | None,
    plays: int,
    seed: int,
    workers: int,
    minutes: float | None,
    at_least: int,
    keep: str | None,
    report: str,
) -> None:
    """Change the reference sync by a script, and count what our scenarios notice.

    WORDS chooses the mutants whose id has them, such as `merging.` or `:constant:`.
    """
    from harness.defects.fates import kept, line_of, print_mutants, write_mutants
    from harness.defects.mutants import chosen, score_mutants
    from harness.defects.scenarios import feature_files

    wanted = chosen(words, sample, seed)
    if not wanted:
        raise click.UsageError(f"no mutant's id has {words!r} in it")
    folder = Path(report)
    ids = {one.id for one in wanted}
    before = kept(folder, keep) if keep else []
    known = [fate for fate in before if fate.mutant.id in ids]
    others = [fate for fate in before if fate.mutant.id not in ids]
    so_far = list(known)

    def tell(fate: Fate) -> None:
        so_far.append(fate)
        write_mutants(others + so_far, folder)
        if fate.plays >= 0:
            click.echo(line_of(fate))

    fates = score_mutants(
        feature_files(),
        wanted,
        known=known,
        seed=seed,
        workers=workers,
        plays=plays,
        minutes=minutes,
        progress=tell,
    )
    percent = print_mutants(fates)
    write_mutants(others + fates, folder)
    sys.exit(0 if percent >= at_least else 1)
