"""The command `tandem lag`: how long changes take between real services."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.ending import terminable
from harness.results import EXIT_CODES

if TYPE_CHECKING:
    from harness.lag.listening import Heard
    from harness.loadrun.histogram import Histogram

_SHOWN = 5
_QUANTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


@click.command()
@click.option(
    "--services",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The file that `locust --services` takes, with a table [lag].",
)
@click.option(
    "--changes",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file that `locust --changes` writes; it need not be there yet.",
)
@click.option(
    "--patience",
    type=click.FloatRange(min=1),
    default=60.0,
    show_default=True,
    help="Seconds to wait for what is missing, from the last event.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=120.0,
    show_default=True,
    help="The longest this may take.",
)
@click.option(
    "--objective",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds that p99 may be, each way.",
)
@click.option(
    "--json",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the figures there, too.",
)
def lag(
    services: Path,
    changes: Path,
    patience: float,
    minutes: float,
    objective: float | None,
    out: Path | None,
) -> None:
    """Measure the lag between real services, by a queue of our own on both topics.

    Start it before the load; it ends once each change of the load was seen on the other
    side. Passes if all were, fails if one was not or an objective was missed.
    """
    from harness.lag.inbox import InboxError
    from harness.lag.listening import SettingsError, listen, read_settings

    if changes.exists() and changes.stat().st_size:
        raise click.UsageError(
            f"{changes} holds changes already, whose events nobody heard; "
            "name a new file, here and in `locust --changes`"
        )
    for path in (changes, out):
        # Found out now, not when hours have been measured.
        if path is not None and not path.parent.is_dir():
            raise click.UsageError(f"{path}: there is no folder {path.parent}")
    try:
        with terminable():
            heard = listen(
                read_settings(services),
                changes,
                patience=patience,
                longest=minutes * 60,
                ready=lambda: click.echo("listening on both topics; start the load"),
            )
    except (SettingsError, InboxError) as error:
        raise click.ClickException(str(error)) from error
    figures = summed(heard, objective)
    for line in lines(figures):
        click.echo(line)
    if out is not None:
        out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    sys.exit(EXIT_CODES[figures["verdict"]])


def summed(heard: Heard, objective: float | None) -> dict[str, Any]:
    """Return the verdict, the quantiles by side and action, and what is missing."""
    lags = {kind: _row(one) for kind, one in sorted(heard.lags.by_kind.items())}
    slow = [kind for kind, row in lags.items() if objective and row["p99"] > objective]
    verdict = heard.verdict
    if slow and verdict == "pass":
        verdict = "fail"
    return {
        "verdict": verdict,
        "changes": heard.changes,
        "ended": heard.ended,
        "lag": lags,
        "objective": objective,
        "slow": slow,
        "missing": [asdict(one) for one in heard.lags.missing],
        "unmapped": len(heard.unmapped),
        "trouble": heard.trouble,
    }


def _row(one: Histogram) -> dict[str, Any]:
    quantiles = {name: one.quantile(share) for name, share in _QUANTILES}
    return {"count": one.count, **quantiles, "max": one.highest}


def lines(figures: dict[str, Any]) -> list[str]:
    """Return the figures as lines of text, the verdict last."""
    told = ["lag             count     p50     p95     p99     max  (seconds)"]
    told += [
        f"{kind:<14}{row['count']:>7}"
        + "".join(f"{row[name]:8.2f}" for name in ("p50", "p95", "p99", "max"))
        for kind, row in figures["lag"].items()
    ]
    missing = figures["missing"]
    if missing:
        told.append(
            f"{len(missing)} of {figures['changes']} changes were never seen on the "
            f"other side, {figures['unmapped']} of them about notes without a mapping"
        )
        told += [
            f"  {one['action']} in {one['side']} of note {one['note']} of "
            f"{one['prisoner']}"
            for one in missing[:_SHOWN]
        ]
    told += [
        f"{kind}: p99 is above the objective of {figures['objective']:g} s"
        for kind in figures["slow"]
    ]
    if figures["trouble"]:
        told.append(f"the mappings could not be read: {figures['trouble']}")
    if not figures["changes"]:
        told.append("nobody changed anything: was locust started with --changes?")
    if not figures["ended"]:
        told.append("the load had not ended when the time was over; see --minutes")
    told.append(f"verdict: {figures['verdict']}")
    return told
