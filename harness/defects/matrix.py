"""The score as a table, as JSON and as a page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import click
import msgspec

from harness.defects.blind import BLIND, outline_of, seeing, unexplained
from harness.defects.left_out import LEFT_OUT
from harness.defects.registry import defects
from harness.defects.score import TELLING

if TYPE_CHECKING:
    from pathlib import Path

    from harness.defects.score import Row, Score, Seen
    from harness.defects.wire import Agreement

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
    _print_barely(score)
    if score.full:
        print_blind(score.blind(), score.names)


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


def _print_barely(score: Score) -> None:
    for group, once in score.barely().items():
        click.secho(
            f"{group}: too few defects are killed by two scenarios; once only: "
            f"{', '.join(once)}",
            fg="yellow",
        )
    if score.barely():
        click.echo(
            f"  {TELLING} of each group (all of a smaller one) should be killed twice\n"
            "  what to do: write a second scenario for one of them and tag it with its "
            "entry"
        )


def print_blind(blind: list[str], played: list[str]) -> None:
    """Print the scenarios that kill nothing: known ones with their reasons."""
    for name in blind:
        if name in BLIND:
            click.echo(f"blind, explained: {name}: {BLIND[name]}")
    for name in unexplained(blind):
        click.secho(f"BLIND: {name} kills nothing", fg="red")
    for name in seeing(blind, played):
        click.secho(f"{name} is explained as blind, but it kills", fg="red")
        click.echo("  what to do: take it out of harness/defects/blind.py")
    if unexplained(blind):
        click.echo(
            "  what to do: let it look at something that a defect breaks, join it to "
            "a scenario\n  that does, take it out, or say in harness/defects/blind.py "
            "why it is kept"
        )
    names = {outline_of(name) for name in played}
    click.echo(f"{len(blind)} of {len(names)} scenarios kill nothing")


def print_agreement(agreement: Agreement) -> None:
    """Print what sockets show of the defects that the simulated tier kills."""
    for name, reason in agreement.out.items():
        click.echo(f"{name}: not for this tier: {reason}")
    for name in agreement.late:
        click.secho(f"{name}: not played, the time was up", fg="yellow")
    for line in agreement.differing:
        click.secho(f"differs: {line}", fg="yellow")
    for name in agreement.missing:
        click.secho(f"NOT KILLED over sockets: {name}", fg="red")
    if agreement.missing:
        click.echo(
            "  what to do: play it alone (tandem verify SCENARIO --defect ID); if it "
            "only shows while the\n  sync's clock is moved, tag it @virtual-time; else "
            "the scenario or a stack is at fault"
        )
    rows = agreement.wire.rows
    click.echo(
        f"{len(rows)} defects killed in the simulated tier: over sockets "
        f"{sum(bool(row.kills) for row in rows)} are killed, {agreement.equal} of "
        f"{agreement.compared} kills are the same ({agreement.wire.seconds:.0f} s, "
        f"seed {agreement.wire.seed})"
    )


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
