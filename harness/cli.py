"""The command `tandem`.

Exit codes: 0 pass, 1 fail, 2 usage, 3 unknown. A crash of ours and Ctrl-C say nothing
about the sync, so they are unknown too.
"""

from __future__ import annotations

import sys
import traceback
from typing import Any

import click

from harness import (
    cli_contracts,
    cli_defects,
    cli_delivery,
    cli_explore,
    cli_fakes,
    cli_lag,
    cli_load,
    cli_mutants,
    cli_rollout,
    cli_steps,
)
from harness.environment import FIXED_PORT
from harness.options import RunOptions
from harness.report import command as report
from harness.results import EXIT_CODES, UNKNOWN, USAGE_ERROR
from harness.targets import HALVES, POLICIES, TargetError, declared
from harness.targets import parse as parse_target
from harness.urls import is_address

PORT_HELP = "The first of the world's three fixed ports."
OLD_HELP = "What runs today: scenarios of upgrades begin with it."
POLICY = click.Choice(POLICIES)
WHEN_OFF_HELP = "What a build does with events of a type that is off."
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
def cli() -> None:
    """Prove that a two-way sync keeps prisoner case notes right."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every way out has its own exit code."""
    try:
        # An option may come from the environment, as TANDEM_VERIFY_TAGS does.
        code = cli.main(
            arguments,
            prog_name="tandem",
            standalone_mode=False,
            auto_envvar_prefix="TANDEM",
        )
    except click.Abort:
        click.echo("interrupted", err=True)
        code = EXIT_CODES[UNKNOWN]
    except click.ClickException as error:
        error.show()
        code = USAGE_ERROR
    except Exception:  # noqa: BLE001 - whatever it was, it is no verdict on the sync
        traceback.print_exc()
        click.echo("Tandem itself failed; this says nothing about the sync", err=True)
        code = EXIT_CODES[UNKNOWN]
    sys.exit(code)


@cli.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--tier",
    type=click.Choice(["simulated", "wire", "containers"]),
    default="wire",
    show_default=True,
    help="simulated: one process on virtual time; wire: processes and real sockets; "
    "containers: a half, or all, in containers.",
)
@click.option("--to-nomis", type=Target(), help=f"DPS to NOMIS half: {TARGET_HELP}")
@click.option("--from-nomis", type=Target(), help=f"NOMIS to DPS half: {TARGET_HELP}")
@click.option("--sync", type=Target(), help="Both halves at once.")
@click.option("--old-to-nomis", type=Target(), help=OLD_HELP)
@click.option("--old-from-nomis", type=Target(), help=OLD_HELP)
@click.option("--when-off-to-nomis", type=POLICY, help=WHEN_OFF_HELP)
@click.option("--when-off-from-nomis", type=POLICY, help=WHEN_OFF_HELP)
@click.option("--stack", metavar="URL", help="A world held by `tandem up`.")
@click.option("--instances", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option("--tags", metavar="EXPR", help="Such as: loop-prevention and not long")
@click.option(
    "-n",
    "workers",
    type=click.IntRange(0, 32),
    default=0,
    metavar="N",
    help="Play on N worlds side by side.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--report", default="test-results", show_default=True, metavar="DIR")
@click.option("--keep-journal", is_flag=True, help="Of what passed, too.")
@click.option("--allow-skips", is_flag=True, help="A capability may be skipped whole.")
@click.option("--sync-wait", default=60.0, show_default=True, help="Seconds.")
@click.option("--settle-timeout", type=float, help="Seconds until a scenario gives up.")
@click.option("--grace", default=1.5, show_default=True, help="Quiet seconds asked.")
@click.option(
    "--port",
    type=click.IntRange(1, 65533),
    default=FIXED_PORT,
    show_default=True,
    help=PORT_HELP,
)
@click.option(
    "--mode",
    type=click.Choice(["as-deployed", "as-intended"]),
    default="as-deployed",
    show_default=True,
    help="Fakes with the real services' own faults, or without.",
)
@click.option("--defect", "defects", multiple=True, help="Plant a defect (repeatable).")
@cli_fakes.fake_option
@cli_rollout.known_option
@cli_rollout.tap_option
@cli_delivery.world_image_option
@cli_delivery.half_env_option
@cli_delivery.shard_option
def verify(paths: tuple[str, ...], sync: str | None, **given: Any) -> None:
    """Play the scenarios of PATHS (default: all of ours) and judge the sync."""
    from harness.verify import verify as run

    targets = {
        half: given.pop(half.replace("-", "_")) or sync or "reference"
        for half in HALVES
    }
    olds = {half: given.pop(f"old_{half.replace('-', '_')}") for half in HALVES}
    given["old"] = {half: target for half, target in olds.items() if target}
    policies = {
        half: given.pop(f"when_off_{half.replace('-', '_')}") for half in HALVES
    }
    given["when_off"] = {half: each for half, each in policies.items() if each}
    workers, known = given.pop("workers"), given.pop("known")
    given["skipped_ok"] = given.pop("allow_skips")
    options = RunOptions(targets=targets, **given)
    _refuse(options, workers)
    result = run(options, list(paths), workers, known)
    sys.exit(result.exit_code)


def _refuse(options: RunOptions, workers: int) -> None:
    """Refuse combinations that cannot mean anything."""
    if options.stack and not is_address(options.stack):
        raise click.UsageError(
            f"--stack {options.stack}: give the control API's address that "
            "`tandem up` prints, such as http://127.0.0.1:4567"
        )
    shared = options.stack or "external" in options.targets.values()
    if options.stack and options.fake_options:
        raise click.UsageError(
            "--option and --stack: the world is held by `tandem up`; set its options "
            "there"
        )
    if workers > 1 and shared:
        raise click.UsageError(
            f"-n {workers} needs a world for each worker, but a sync that runs "
            "already has only one; leave out -n"
        )
    if options.tier == "simulated" and options.taps:
        raise click.UsageError("--tap needs real sockets; use --tier wire")
    if options.tier == "simulated":
        wrong = {h: t for h, t in options.targets.items() if t not in _IN_PROCESS}
        if wrong or options.stack:
            what = ", ".join(f"--{half} {target}" for half, target in wrong.items())
            raise click.UsageError(
                f"{what or '--stack'} needs real sockets; use --tier wire"
            )
    _refuse_old(options)
    _refuse_policy(options)
    cli_delivery.refuse(options)
    from harness.defects import find

    for name in options.defects:
        try:
            find(name)
        except KeyError as error:
            raise click.UsageError(str(error.args[0])) from error


def _refuse_policy(options: RunOptions) -> None:
    """Refuse to declare what a half does whose switches Tandem cannot turn so."""
    for half, policy in options.when_off.items():
        try:
            declared(half, options.targets[half], policy)
        except TargetError as error:
            raise click.UsageError(str(error)) from error


def _refuse_old(options: RunOptions) -> None:
    """Refuse an old build that cannot give way to the one under test."""
    for half, old in options.old.items():
        if options.tier == "simulated":
            raise click.UsageError(f"--old-{half} needs processes; use --tier wire")
        for spelling, target in (
            (f"--old-{half}", old),
            (f"--{half}", options.targets[half]),
        ):
            if not parse_target(target).traits.killable:
                raise click.UsageError(
                    f"{spelling} {target}: to replace one build by another Tandem "
                    "must start both; give command:CMD, container:IMAGE or reference"
                )


_IN_PROCESS = ("reference", "none")


@cli.command()
@click.option("--for", "who", type=click.Choice(["to-nomis", "from-nomis", "compose"]))
@click.option(
    "--format",
    "form",
    type=click.Choice(["dotenv", "json"]),
    default="dotenv",
    show_default=True,
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port",
    type=click.IntRange(1, 65533),
    default=FIXED_PORT,
    show_default=True,
    help=PORT_HELP,
)
def env(who: str | None, form: str, host: str, port: int) -> None:
    """Print the environment in which a sync build runs against the world."""
    from harness.environment import render

    click.echo(render(who, form, host, port), nl=False)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--mode", type=click.Choice(["as-deployed", "as-intended"]))
@click.option(
    "--port",
    type=click.IntRange(1, 65533),
    default=FIXED_PORT,
    show_default=True,
    help=PORT_HELP,
)
@cli_fakes.fake_option
def up(
    host: str, seed: int, mode: str | None, port: int, fake_options: dict[str, Any]
) -> None:
    """Hold a world up on fixed ports and print its environment."""
    from harness.worldprocess import hold_up

    sys.exit(hold_up(host, seed, mode or "as-deployed", port, fake_options))


cli.add_command(cli_contracts.conform)
cli.add_command(cli_contracts.contracts)
cli.add_command(report.report)
cli.add_command(cli_defects.defects)
cli_defects.defects.add_command(cli_mutants.blind_command)
cli_defects.defects.add_command(cli_mutants.score_mutants_command)
cli.add_command(cli_explore.explore)
cli.add_command(cli_lag.lag)
cli_delivery.register(cli)
cli_rollout.register(cli)
cli_steps.register(cli)
cli_load.register(cli)
