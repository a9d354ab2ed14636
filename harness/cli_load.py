"""The command `tandem load`: will the sync hold for the full estate."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from harness.loadrun import objectives as goals
from harness.loadrun.profiles import PROFILES, Outage, Profile, parse_outage
from harness.targets import HALVES, TargetError
from harness.targets import parse as parse_target


class Off(click.ParamType[Outage]):
    """`half:NAME`, `service:NAME` or `switch:HALF`."""

    name = "what"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Outage:
        """Return the outage or fail with what is right."""
        if isinstance(value, Outage):
            return value
        try:
            return parse_outage(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Rhythm(click.ParamType[str]):
    """`SECONDS:ALERTS`, both above 0; empty means no bursts."""

    name = "rhythm"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the text as the generator reads it, or fail with what is right."""
        text = str(value)
        every, _, size = text.partition(":")
        try:
            right = not text or (float(every) > 0 and int(size) > 0)
        except ValueError:
            right = False
        if not right:
            self.fail(f"{text!r}: write SECONDS:ALERTS, such as 30:20", param, ctx)
        return text


class Course(click.ParamType[str]):
    """A profile's name."""

    name = "profile"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name or fail with what there is."""
        name = str(value)
        if name not in PROFILES:
            self.fail(f"{name!r}: the profiles are {', '.join(PROFILES)}", param, ctx)
        return name


@click.command()
@click.option(
    "--profile",
    type=Course(),
    default="peak",
    show_default=True,
    help="; ".join(f"{name}: {p.says}" for name, p in PROFILES.items()),
)
@click.option("--scale", default=1.0, show_default=True, help="Times the assumed peak.")
@click.option("--minutes", type=float, help="Length; each profile has its own default.")
@click.option("--peak", type=float, help="National peak in changes/s; assumed: 5.")
@click.option("--to-nomis", help="DPS to NOMIS half; targets as for verify.")
@click.option("--from-nomis", help="NOMIS to DPS half.")
@click.option("--sync", help="Both halves at once.")
@click.option("--stack", metavar="URL", help="A world held by `tandem up`.")
@click.option("--instances", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes of the generator that share the arrivals.",
)
@click.option(
    "--off",
    "outages",
    type=Off(),
    multiple=True,
    help="For the profile outage (repeatable): half:to-nomis (default), service:nomis, "
    "switch:from-nomis, ...; for rollback: switch:HALF.",
)
@click.option(
    "--latency",
    metavar="FILE",
    help="Service times of the fakes, TOML; `default` takes ours. Without: none.",
)
@click.option(
    "--bursts",
    type=Rhythm(),
    default="",
    metavar="SECONDS:ALERTS",
    help="So many alerts at once every so many seconds, such as 30:20.",
)
@click.option(
    "--estate", is_flag=True, help="The whole estate, notes and alerts, behind it."
)
@click.option("--settle", default=120.0, show_default=True, help="Seconds.")
@click.option(
    "--objectives", "goal_file", metavar="FILE", help="TOML; see docs/load.md."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--mode", type=click.Choice(["as-deployed", "as-intended"]))
@click.option("--defect", "defects", multiple=True, help="Plant a defect (repeatable).")
@click.option("--report", default="test-results/load", show_default=True, metavar="DIR")
def load(sync: str | None, goal_file: str | None, **given: Any) -> None:
    """Drive officers and DPS users at an open rate; measure, judge and report.

    Exit codes: 0 pass, 1 fail, 2 usage, 3 unknown. Ctrl-C ends the arrivals and still
    gives a verdict for what ran.
    """
    plan, wanted = _planned(sync, goal_file, given)
    sys.exit(_run(plan, wanted))


def _planned(sync: str | None, goal_file: str | None, given: dict[str, Any]) -> Any:
    from harness.loadrun.plan import Plan

    try:
        wanted = goals.read(goal_file)
        given["latency"] = goals.service_times(given["latency"])
        targets = {
            half: str(
                parse_target(given.pop(half.replace("-", "_")) or sync or "reference")
            )
            for half in HALVES
        }
    except (goals.ObjectivesError, TargetError) as error:
        raise click.UsageError(str(error)) from error
    profile = PROFILES[given.pop("profile")]
    _check_traits(profile, targets)
    outages = _outages(profile, given.pop("outages"), targets)
    for name in ("scale", "minutes", "peak", "settle"):
        if given[name] is not None and given[name] <= 0:
            raise click.UsageError(f"--{name} {given[name]:g}: a number above 0")
    minutes = given["minutes"]
    if minutes is not None and minutes < profile.least:
        raise click.UsageError(
            f"--minutes {minutes:g}: the profile {profile.name} needs "
            f"{profile.least:g} at least, or its switches would overlap"
        )
    if given["peak"] is None:
        given["peak"] = wanted["assumed"]["national_peak"]
    wanted["assumed"]["national_peak"] = given["peak"]
    given["mode"] = given["mode"] or "as-deployed"
    given["defects"] = tuple(given["defects"])
    return Plan(profile=profile, targets=targets, outages=outages, **given), wanted


def _outages(
    profile: Profile, wanted: tuple[Outage, ...], targets: dict[str, str]
) -> tuple[Outage, ...]:
    """Return what is off meanwhile: as wanted, or what the profile has by itself."""
    if profile.name == "rollback":
        if any(one.kind != "switch" for one in wanted):
            raise click.UsageError("--profile rollback takes --off switch:HALF alone")
        # What is dropped while off comes back by a backfill only, which no run does.
        parking = [h for h in HALVES if parse_target(targets[h]).traits.parks]
        return wanted or tuple(Outage("switch", half) for half in parking)
    if wanted and profile.outage is None:
        raise click.UsageError("--off belongs to --profile outage (or rollback)")
    if profile.outage is not None and not wanted:
        return (Outage("half", "to-nomis"),)
    return wanted


def _check_traits(profile: Profile, targets: dict[str, str]) -> None:
    for half, trait in profile.needs:
        if trait not in parse_target(targets[half]).traits.names():
            raise click.UsageError(
                f"the profile {profile.name} needs a --{half} that {trait}: "
                f"{targets[half]} does not; reference does"
            )


def _run(plan: Any, wanted: Any) -> int:
    try:
        import psutil  # type: ignore[import-untyped] # noqa: F401 - comes with Locust
    except ImportError as error:
        raise click.UsageError(
            "load runs need Locust: install tandem-sync[load]"
        ) from error
    from harness.loadrun import page, table
    from harness.loadrun.generator import GeneratorError
    from harness.loadrun.running import play
    from harness.processes import ChildError
    from harness.stack import StackError

    click.echo(
        f"{plan.profile.name}: {plan.profile.says}; {plan.rate:g} changes/s at "
        f"most, {plan.scale:g} times the assumed national peak of {plan.peak:g}/s, "
        f"for {plan.seconds / 60:g} min"
    )
    try:
        verdict, measured = play(plan, wanted, click.echo)
    except (StackError, ChildError, GeneratorError) as error:
        click.echo(f"the run could not be played: {error}", err=True)
        return 3
    folder = Path(plan.report)
    written = table.write(verdict, folder)
    shown = page.write(verdict, measured, folder)
    for line in table.lines(verdict):
        click.echo(line)
    click.echo(f"{written}\n{shown}")
    return int(verdict["exit_code"])


@click.command()
@click.option("--from", "start", default=10.0, show_default=True, help="First rate.")
@click.option("--rounds", type=click.IntRange(1, 10), default=3, show_default=True)
@click.option("--minutes", default=0.5, show_default=True, help="Of each trial.")
@click.option("--to-nomis", help="DPS to NOMIS half; targets as for verify.")
@click.option("--from-nomis", help="NOMIS to DPS half.")
@click.option("--sync", help="Both halves at once.")
@click.option("--instances", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option("--latency", metavar="FILE", help="As for load.")
@click.option("--objectives", "goal_file", metavar="FILE", help="As for load.")
@click.option("--report", default="test-results/capacity", show_default=True)
def capacity(
    start: float, rounds: int, sync: str | None, goal_file: str | None, **given: Any
) -> None:
    """Raise the rate until an objective breaks; say what held and what ran out."""
    given |= dict.fromkeys(("stack", "peak", "mode"))
    given |= {"profile": "peak", "outages": (), "settle": 30.0, "seed": 1}
    given |= {"scale": 1.0, "defects": (), "estate": False, "workers": 1, "bursts": ""}
    plan, wanted = _planned(sync, goal_file, given)
    from harness.loadrun import page, table
    from harness.loadrun.capacity import measure

    def keep(rate: float, verdict: Any, measured: Any) -> None:
        folder = Path(plan.report) / f"wrong-at-{rate:.1f}"
        folder.mkdir(parents=True, exist_ok=True)
        table.write(verdict, folder)
        click.echo(f"  what went wrong: {page.write(verdict, measured, folder)}")

    if start <= 0:
        raise click.UsageError(f"--from {start:g}: a number above 0")
    begin = replace(plan, scale=start / plan.peak)
    found = measure(begin, wanted, rounds, click.echo, keep=keep)
    path = Path(plan.report) / "capacity.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{found['says']}\n{path}")
    # Where a note went wrong below it, no rate holds; a figure from rounds that
    # disagree, or none at all, is no figure.
    if any(rate <= found["held"] for rate in found["wrong"]):
        sys.exit(1)
    sys.exit(3 if found["noisy"] or not found["held"] else 0)


def register(group: click.Group) -> None:
    """Add the load commands to the command line."""
    group.add_command(load)
    group.add_command(capacity)
