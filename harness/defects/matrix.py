"""The score as a table, as JSON and as a page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import click
import msgspec

from harness.defects.left_out import LEFT_OUT
from harness.defects.registry import defects

if TYPE_CHECKING:
    from pathlib import Path

    from harness.defects.mutants import Fate
    from harness.defects.score import Row, Score, Seen

MEANING = {
    "LOOP": "changes that travel in circles",
    "DUP": "duplicates",
    "ORD": "order and lost updates",
    "IDM": "mappings",
    "TXT": "texts and amendments",
    "DAT": "dates and times",
    "DEL": "deletions",
    "MRG": "merges and booking moves",
    "ALT": "alert notes",
    "TOG": "switches and rollback",
    "RET": "failures and retries",
    "CFG": "configuration and contracts",
    "REC": "reconciliation",
}


def line_of(row: Row) -> str:
    """Return one line: how the defect fared."""
    one = defects()[row.id]
    kills = row.kills
    if kills:
        state = f"killed by {len(kills)}: {_short(kills[0])}"
    elif one.equivalent:
        state = "equivalent"
    else:
        state = "SURVIVES"
    noise = f"; noise {len(row.noise)}: {_short(row.noise[0])}" if row.noise else ""
    return f"{row.id:<12} {row.plays:>4} plays {row.seconds:>5.1f} s  {state}{noise}"


def _short(seen: Seen) -> str:
    return f"{seen.reason} ({seen.scenario.partition('::')[2]})"[:150]


def print_score(score: Score) -> None:
    """Print the sums by group, then the survivors and what to do about them."""
    for name, reason in score.broken.items():
        click.secho(f"the reference itself fails {name}: {reason[:200]}", fg="yellow")
    click.echo(f"\n{'group':<6}{'killed':>7}{'twice':>7}{'alive':>7}{'equal':>7}")
    for group, meaning in MEANING.items():
        rows = [row for row in score.rows if defects()[row.id].group == group]
        if not rows:
            continue
        killed = sum(bool(row.kills) for row in rows)
        twice = sum(len(row.kills) > 1 for row in rows)
        alive = sum(row in score.survivors for row in rows)
        equal = len(rows) - killed - alive
        click.echo(f"{group:<6}{killed:>7}{twice:>7}{alive:>7}{equal:>7}  {meaning}")
    killed = sum(bool(row.kills) for row in score.rows)
    living = len(score.rows) - sum(
        bool(defects()[row.id].equivalent) and not row.kills for row in score.rows
    )
    click.echo(
        f"\nyour scenarios catch {killed} of {living} planted defects "
        f"({score.scenarios} scenarios, {score.seconds:.0f} s, seed {score.seed})"
    )
    for group, meaning in MEANING.items():
        rows = [row for row in score.rows if defects()[row.id].group == group]
        if rows and not any(row.kills for row in rows):
            click.echo(f"nothing in them looks at {meaning}")
    _print_survivors(score)
    _print_blind(score)


def _print_survivors(score: Score) -> None:
    for row in score.survivors:
        one = defects()[row.id]
        click.secho(f"SURVIVES {row.id}: {one.title}", fg="red")
        click.echo(
            f"  must show: {one.shows}\n"
            f"  must say: {' or '.join(one.rules)}, owner {' or '.join(one.owners)}\n"
            f"  what to do: write a scenario that triggers it and tag it "
            f"@{one.corpus[0]}; if one does and the oracle is silent, the rule is "
            f"missing (tandem verify --tier simulated --defect {row.id})"
        )
        for seen in row.noise[:3]:
            click.echo(f"  noise: {seen.reason} ({seen.scenario})")
    for row in score.no_longer_equal:
        click.secho(f"{row.id} is marked equivalent, but was killed:", fg="red")
        click.echo(
            f"  {row.kills[0].reason} in {row.kills[0].scenario}\n"
            f"  what to do: take `equivalent` off the defect in harness/defects"
        )


def _print_blind(score: Score) -> None:
    if not score.full:
        return
    blind = score.blind()
    for name in blind:
        click.echo(f"blind: {name} kills nothing")
    click.echo(f"{len(blind)} of {len(score.names)} scenarios kill nothing")


def write_score(score: Score, folder: Path) -> None:
    """Write defects.json and defects.html into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    document = score.as_dict()
    document["left_out"] = LEFT_OUT
    if score.full:
        document["blind"] = score.blind()
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=1)
    (folder / "defects.json").write_bytes(encoded)
    (folder / "defects.html").write_text(_page(score), encoding="utf-8")


def _page(score: Score) -> str:
    body = []
    for row in score.rows:
        one = defects()[row.id]
        state = "killed" if row.kills else "alive"
        if one.equivalent and not row.kills:
            state = "equivalent"
        cells = (
            row.id,
            one.title,
            one.program,
            state,
            "; ".join(f"{k.scenario}: {k.reason}" for k in row.kills),
            "; ".join(f"{n.scenario}: {n.reason}" for n in row.noise),
            f"{row.seconds:.1f}",
        )
        texts = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        body.append(f'<tr class="{state}">{texts}</tr>')
    head = "".join(
        f"<th>{name}</th>"
        for name in ("id", "title", "breaks", "state", "killed by", "noise", "seconds")
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        "<title>Planted defects</title><style>body{font:14px sans-serif;margin:2em}"
        "table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3em .5em;"
        "text-align:left;vertical-align:top}.alive td{background:#fdd}"
        ".equivalent td{background:#eee}</style><h1>Planted defects</h1>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        "</html>"
    )


def print_mutants(fates: list[Fate]) -> float:
    """Print the survivors and the share of mutants killed, in percent, returned."""
    from harness.defects.explained import EXPLAINED

    played = [one for one in fates if one.plays >= 0]
    late = len(fates) - len(played)
    alive = [one for one in played if not one.killer and one.mutant.id not in EXPLAINED]
    for fate in alive:
        one = fate.mutant
        how = (
            f"outlived {fate.plays} scenarios" if fate.plays else "no scenario runs it"
        )
        click.echo(f"ALIVE {one.id} line {one.line}: {one.words} ({how})")
    told = sum(not one.killer and one.mutant.id in EXPLAINED for one in played)
    counted = len(played) - told
    killed = sum(bool(one.killer) for one in played)
    percent = 100 * killed / counted if counted else 100.0
    click.echo(
        f"{killed} of {counted} mutants killed ({percent:.0f} %), {told} explained"
        + (f"; {late} not played, the time was up" if late else "")
    )
    return percent


def write_mutants(fates: list[Fate], folder: Path) -> None:
    """Write mutants.json into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    document = [
        {"id": f.mutant.id, "line": f.mutant.line, "killer": f.killer, "plays": f.plays}
        for f in fates
    ]
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=1)
    (folder / "mutants.json").write_bytes(encoded)
