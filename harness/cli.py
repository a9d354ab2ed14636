"""The command `tandem`.

Exit codes: 0 pass, 1 fail, 2 usage, 3 unknown.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from harness.options import RunOptions
from harness.targets import HALVES, TargetError
from harness.targets import parse as parse_target

TARGET_HELP = "reference, external, none, command:CMD or container:IMAGE"


class Target(click.ParamType[str]):
    """A target of one half, checked."""

    name = "target"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the target or fail with what is right."""
        try:
            return str(parse_target(str(value)))
        except TargetError as error:
            self.fail(str(error), param, ctx)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tandem-sync", prog_name="tandem")
def main() -> None:
    """Prove that a two-way sync keeps prisoner case notes right."""


@main.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--tier",
    type=click.Choice(["simulated", "wire"]),
    default="wire",
    show_default=True,
    help="simulated: one process on virtual time; wire: processes and real sockets.",
)
@click.option("--to-nomis", type=Target(), help=f"DPS to NOMIS half: {TARGET_HELP}")
@click.option("--from-nomis", type=Target(), help=f"NOMIS to DPS half: {TARGET_HELP}")
@click.option("--sync", type=Target(), help="Both halves at once.")
@click.option("--stack", metavar="URL", help="A world held by `tandem up`.")
@click.option("--instances", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option("--tags", metavar="EXPR", help="Such as: loop and not long")
@click.option("-n", "workers", type=click.IntRange(0, 32), default=0, metavar="N")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--report", default="test-results", show_default=True, metavar="DIR")
@click.option("--allow-skips", is_flag=True, help="A capability may be skipped whole.")
@click.option("--sync-wait", default=60.0, show_default=True, help="Seconds.")
@click.option("--settle-timeout", type=float, help="Seconds until a scenario gives up.")
@click.option("--grace", default=1.5, show_default=True, help="Quiet seconds asked.")
@click.option(
    "--mode",
    type=click.Choice(["as-deployed", "as-intended"]),
    default="as-deployed",
    show_default=True,
    help="Fakes with the real services' own faults, or without.",
)
@click.option("--defect", "defects", multiple=True, help="Plant a defect (repeatable).")
def verify(paths: tuple[str, ...], sync: str | None, **given: Any) -> None:
    """Play the scenarios of PATHS (default: all of ours) and judge the sync."""
    from harness.verify import verify as run

    targets = {
        half: given.pop(half.replace("-", "_")) or sync or "reference"
        for half in HALVES
    }
    workers = given.pop("workers")
    given["skipped_ok"] = given.pop("allow_skips")
    options = RunOptions(targets=targets, **given)
    _refuse(options)
    result = run(options, list(paths), workers)
    sys.exit(result.exit_code)


def _refuse(options: RunOptions) -> None:
    """Refuse combinations that cannot mean anything."""
    if options.tier == "simulated":
        wrong = {h: t for h, t in options.targets.items() if t not in _IN_PROCESS}
        if wrong or options.stack:
            what = ", ".join(f"--{half} {target}" for half, target in wrong.items())
            raise click.UsageError(
                f"{what or '--stack'} needs real sockets; use --tier wire"
            )
    if any(t.startswith("container:") for t in options.targets.values()):
        raise click.UsageError("container targets need the containers tier")
    from harness.defects import find

    for name in options.defects:
        try:
            find(name)
        except KeyError as error:
            raise click.UsageError(str(error.args[0])) from error


_IN_PROCESS = ("reference", "none")


@main.command()
@click.option("--for", "who", type=click.Choice(["to-nomis", "from-nomis", "compose"]))
@click.option(
    "--format",
    "form",
    type=click.Choice(["dotenv", "json"]),
    default="dotenv",
    show_default=True,
)
@click.option("--host", default="127.0.0.1", show_default=True)
def env(who: str | None, form: str, host: str) -> None:
    """Print the environment in which a sync build runs against the world."""
    from harness.environment import render

    click.echo(render(who, form, host), nl=False)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--mode", type=click.Choice(["as-deployed", "as-intended"]))
def up(host: str, seed: int, mode: str | None) -> None:
    """Hold a world up on the fixed ports and print its environment."""
    from harness.worldprocess import hold_up

    sys.exit(hold_up(host=host, seed=seed, mode=mode or "as-deployed"))


@main.command()
@click.argument("query", required=False)
def steps(query: str | None) -> None:
    """List the steps that scenarios are written in; QUERY filters by words."""
    from harness.catalogue import print_catalogue

    sys.exit(print_catalogue(query))
