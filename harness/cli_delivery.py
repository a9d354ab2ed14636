"""What delivery in containers and CI adds to the command line, `tandem doctor` too."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from harness.environment import FIXED_PORT
from harness.targets import HALVES

if TYPE_CHECKING:
    from harness.options import RunOptions


class Variable(click.ParamType[tuple[str, str]]):
    """`NAME=value` of an environment."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return name and value or fail with what is right."""
        name, sign, rest = str(value).partition("=")
        if not sign or not name.isidentifier():
            self.fail(f"{value!r}: write NAME=value", param, ctx)
        return name, rest


class Shard(click.ParamType[tuple[int, int]]):
    """`i/n`: the ith of n shares of the scenarios."""

    name = "i/n"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return both numbers or fail with what is right."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d+)/(\d+)", str(value))
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            self.fail(f"{value!r}: write i/n, such as 1/4 to 4/4", param, ctx)
        return int(found[1]), int(found[2])


world_image_option = click.option(
    "--world-image",
    metavar="IMAGE",
    help="Containers tier: the world, and the reference, from this image.",
)
half_env_option = click.option(
    "--half-env",
    type=Variable(),
    multiple=True,
    callback=lambda _ctx, _param, pairs: dict(pairs),
    help="Added to what halves in containers are started with (repeatable).",
)
shard_option = click.option(
    "--shard", type=Shard(), default="1/1", help="Play each nth scenario, from the ith."
)


def refuse(options: RunOptions) -> None:
    """Refuse combinations of containers that cannot mean anything."""
    targets = [*options.targets.values(), *options.old.values()]
    contained = any(target.startswith("container:") for target in targets)
    if options.tier != "containers":
        for given, what in (
            (contained, "a container target"),
            (options.world_image, "--world-image"),
            (options.half_env, "--half-env"),
        ):
            if given:
                raise click.UsageError(f"{what} needs --tier containers")
        return
    if options.stack:
        raise click.UsageError(
            "--stack is a world that is up, whose containers are not ours; "
            "leave out --tier containers"
        )
    if not contained and options.world_image is None:
        raise click.UsageError(
            "--tier containers without a container: name one, such as "
            "--to-nomis container:IMAGE, or --world-image IMAGE"
        )
    if options.world_image is not None:
        _refuse_outside(options)


def _refuse_outside(options: RunOptions) -> None:
    """Refuse what a world in a container cannot reach, or be told."""
    olds = {f"old-{half}": target for half, target in options.old.items()}
    for half, target in {**options.targets, **olds}.items():
        if target.startswith(("command:", "external")):
            raise click.UsageError(
                f"--{half} {target} cannot reach a world in a container of its own; "
                "leave out --world-image"
            )
    if options.taps or options.defects:
        raise click.UsageError(
            "--tap and --defect need a world of this machine; leave out --world-image"
        )


@click.command()
@click.option("--stack", metavar="URL", help="A world held by `tandem up`.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(1, 65533), default=FIXED_PORT, show_default=True
)
@click.option(
    "--for", "who", type=click.Choice(HALVES), multiple=True, help="Only this half."
)
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False),
    help="The environment of a build, as NAME=value lines; default: our own.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
def doctor(
    stack: str | None,
    host: str,
    port: int,
    who: tuple[str, ...],
    env_file: str | None,
    form: str,
) -> None:
    """Check what a run needs, and say for each fault what to do.

    Without --stack or --env-file: this machine. With either, also the target: its
    URLs, tokens, roles, queues, subscriptions and clock. Exit status: 1 when a check
    failed.
    """
    from harness.doctor import Patient, examine, render

    patient = Patient.of(stack, host, port, who or HALVES, env_file)
    checks = examine(patient)
    click.echo(render(checks, form))
    sys.exit(any(check.state == "fail" for check in checks))


def register(group: click.Group) -> None:
    """Add these commands to `tandem`."""
    group.add_command(doctor)
