"""The command `tandem explore`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click


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
