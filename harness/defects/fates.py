"""What became of the mutants: said, kept in a file, and taken up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from harness.defects.explained import is_explained
from harness.defects.mutants import Fate
from harness.defects.mutating import digest_of, mutants

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "mutants.json"


def _explained(fate: Fate) -> bool:
    return is_explained(fate.mutant.id, fate.mutant.words)


def line_of(fate: Fate) -> str:
    """Return one line: how the mutant fared."""
    how = f"killed by {fate.killer}" if fate.killer else "ALIVE"
    if not fate.killer and _explained(fate):
        how = "alive, explained"
    return f"{fate.mutant.id:<60} {fate.plays:>3} plays  {how}"


def print_mutants(fates: list[Fate]) -> float:
    """Print the survivors and the share of mutants killed, in percent, returned."""
    played = [one for one in fates if one.plays >= 0]
    late = len(fates) - len(played)
    alive = [one for one in played if not one.killer and not _explained(one)]
    for fate in alive:
        one = fate.mutant
        how = f"outlived {fate.plays} plays" if fate.plays else "nothing runs it"
        click.echo(f"ALIVE {one.id} line {one.line}: {one.words} ({how})")
    if alive:
        click.echo(
            "what to do: write a scenario that fails with it, take out what the sync "
            "can do without,\nor say in harness/defects/explained.toml why no user of "
            "either system can notice"
        )
    for fate in played:
        if fate.killer and _explained(fate):
            click.secho(
                f"{fate.mutant.id} is explained, but killed by {fate.killer}: take it "
                "out of harness/defects/explained.toml",
                fg="yellow",
            )
    told = sum(not one.killer and _explained(one) for one in played)
    counted = len(played) - told
    killed = sum(bool(one.killer) for one in played)
    percent = 100 * killed / counted if counted else 0.0
    click.echo(
        f"{killed} of {counted} mutants killed ({percent:.0f} %), {told} more explained"
        + (f"; {late} not played, the time was up" if late else "")
    )
    return percent


def write_mutants(fates: list[Fate], folder: Path) -> None:
    """Write mutants.json into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    document = [
        {
            "id": fate.mutant.id,
            "digest": digest_of(fate.mutant),
            "line": fate.mutant.line,
            "words": fate.mutant.words,
            "killer": fate.killer,
            "plays": fate.plays,
        }
        for fate in fates
    ]
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=1)
    (folder / _FILE).write_bytes(encoded)


def kept(folder: Path, which: str) -> list[Fate]:
    """Return the fates of an earlier run into the folder that still hold.

    `which` is killed, or played (the survivors too). What was found of a function
    whose text has changed since is left out.
    """
    path = folder / _FILE
    if not path.exists():
        return []
    now = {one.id: one for one in mutants()}
    return [
        Fate(now[one["id"]], one["killer"], one["plays"])
        for one in msgspec.json.decode(path.read_bytes())
        if one["id"] in now
        and one["digest"] == digest_of(now[one["id"]])
        and one["plays"] >= 0
        and (one["killer"] or which == "played")
    ]
