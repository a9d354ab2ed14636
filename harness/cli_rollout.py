"""The commands for a roll-out: `tandem compare` and `tandem dependencies`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.ending import terminable
from harness.today import today
from harness.urls import is_address

if TYPE_CHECKING:
    from harness.compare.run import Asked, Comparison
    from harness.compare.services import Access
    from harness.compare.state import Run
    from harness.known import Known

_TOLD_EACH = 500
# Some editors begin a text with a byte-order mark; it is no part of the first number.
_LIST = click.File("r", encoding="utf-8-sig")


class KnownFile(click.ParamType["Known"]):
    """A file of known deviations, read and checked."""

    name = "file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Known:
        """Return the deviations or fail with the entry that is wrong."""
        from harness.known import KnownError, load_known

        try:
            return load_known(Path(str(value)), today())
        except KnownError as error:
            self.fail(str(error), param, ctx)


known_option = click.option(
    "--known",
    type=KnownFile(),
    help="TOML file of expected failures; see known/real-builds.toml.",
)


def _read_taps(
    ctx: click.Context, param: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    if not given:
        return {}
    from harness.tap.tapped import parse_taps

    try:
        return parse_taps(given)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


tap_option = click.option(
    "--tap",
    "taps",
    multiple=True,
    callback=_read_taps,
    metavar="SERVICE=URL",
    help="Put a WireMock proxy before a real upstream (repeatable).",
)


class Url(click.ParamType[str]):
    """A service's address, without a slash at its end."""

    name = "url"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the address or fail with what is right."""
        if not is_address(str(value)):
            self.fail(f"{value!r} is no http or https address", param, ctx)
        return str(value).rstrip("/")


@click.command()
@click.option("--nomis", type=Url(), required=True, help="The NOMIS prisoner API.")
@click.option("--dps", type=Url(), required=True, help="DPS case notes.")
@click.option("--mapping", type=Url(), required=True, help="The mapping service.")
@click.option("--prisoners", type=_LIST, help="Prisoner numbers, one a line.")
@click.option("--sample", type=click.IntRange(1), help="So many of all prisoners.")
@click.option("--all", "everybody", is_flag=True, help="All prisoners of NOMIS.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the sample.")
@click.option(
    "--token", envvar="TANDEM_TOKEN", help="A bearer token (or env TANDEM_TOKEN)."
)
@click.option("--auth", type=Url(), help="hmpps-auth, ending in /auth.")
@click.option("--client-id", envvar="TANDEM_CLIENT_ID", default="")
@click.option("--client-secret", envvar="TANDEM_CLIENT_SECRET", default="")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="NDJSON file to resume from and to keep the trend over the days in.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "ndjson"]),
    default="table",
    show_default=True,
)
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory for compare.json and compare.ndjson.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option(
    "--recheck",
    type=click.FloatRange(0),
    default=5.0,
    show_default=True,
    help="Seconds until a prisoner with differences is read again.",
)
@click.option("--timeout", type=click.FloatRange(0.1), default=60.0, show_default=True)
def compare(
    prisoners: Any, sample: int | None, everybody: bool, seed: int, **given: Any
) -> None:
    """Compare NOMIS and DPS on any environment; reads only, changes nothing.

    Exit status: 0 equal, 1 differences, 3 something could not be checked.
    """
    from harness.compare.run import Asked, prisoners_of

    if [bool(prisoners), bool(sample), everybody].count(True) != 1:
        raise click.UsageError(
            "say whom to compare: one of --prisoners FILE, --sample N and --all"
        )
    numbers: tuple[str, ...] = ()
    if prisoners:
        try:
            numbers = prisoners_of(prisoners.read())
        except ValueError as error:
            raise click.UsageError(f"--prisoners {prisoners.name}, {error}") from error
        if not numbers:
            raise click.UsageError(f"--prisoners {prisoners.name} names nobody")
    asked = Asked(numbers, sample, seed, given["workers"], given["recheck"])
    found = _compare(_access(given), asked, given["state"])
    _show(found, given["form"], given["report"])
    sys.exit(found.exit_code)


def _access(given: dict[str, Any]) -> Access:
    from harness.compare.services import SERVICES, Access

    if bool(given["token"]) == bool(given["auth"]):
        raise click.UsageError(
            "say how to get in: --token, or --auth with --client-id and --client-secret"
        )
    if given["auth"] and not (given["client_id"] and given["client_secret"]):
        raise click.UsageError(
            "--auth needs --client-id and --client-secret (or TANDEM_CLIENT_ID and "
            "TANDEM_CLIENT_SECRET in the environment)"
        )
    if given["token"] and not (
        given["token"].isascii() and given["token"].isprintable()
    ):
        raise click.UsageError(
            "--token (or TANDEM_TOKEN) holds a line break or another character that "
            "no token has; give the token alone"
        )
    return Access(
        {name: given[name] for name in SERVICES},
        given["token"] or None,
        given["auth"],
        given["client_id"],
        given["client_secret"],
        given["timeout"],
    )


def _compare(access: Access, asked: Asked, path: Path | None) -> Comparison:
    from harness.compare.run import compare as run
    from harness.compare.state import State, StateError

    try:
        state = State(path)
    except (StateError, OSError) as error:
        raise click.UsageError(f"--state: {error}") from error
    try:
        with terminable():
            return asyncio.run(run(access, asked, state, today().isoformat(), _tell))
    except KeyboardInterrupt:
        last = state.runs[-1] if state.runs else None
        if last is not None and last.prisoners:
            done = len(last.prisoners) - len(last.waiting())
            kept = f"kept in {path}: the same command goes on there"
            lost = "kept nowhere: --state FILE would"
            click.echo(
                f"{done} of {len(last.prisoners)} prisoners were checked, "
                f"{kept if path else lost}",
                err=True,
            )
        raise
    finally:
        state.close()


def _tell(run: Run) -> None:
    done = len(run.outcomes)
    if done % _TOLD_EACH == 0:
        click.echo(f"{done} of {len(run.prisoners)} prisoners", err=True)


def _show(found: Comparison, form: str, folder: Path | None) -> None:
    from harness.compare import report

    show = {
        "table": report.as_table,
        "json": lambda one: report.as_json(one) + "\n",
        "ndjson": report.as_ndjson,
    }[form]
    click.echo(show(found), nl=False)
    if folder is not None:
        report.write(found, folder)


@click.command()
@click.option(
    "--register",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another register than the one that is shipped.",
)
@click.option(
    "--journal",
    "journals",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="NDJSON journal whose NOMIS events are counted by module (repeatable).",
)
@click.option(
    "--derive",
    is_flag=True,
    help="Run the scenarios without NOMIS to DPS and keep which of them break.",
)
@click.option("--features", "paths", multiple=True, help="With --derive: only these.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "markdown", "json"]),
    default="table",
    show_default=True,
)
def dependencies(
    path: Path | None,
    journals: tuple[Path, ...],
    derive: bool,
    paths: tuple[str, ...],
    form: str,
) -> None:
    """List what writes case notes in NOMIS and must end before a one-way sync.

    Exit status: 1 when a source called resolved still writes, 3 when an audit module
    does that no source claims, else 0.
    """
    from harness.dependencies import evidence, render
    from harness.dependencies.counts import JournalError, count, read_events
    from harness.dependencies.register import REGISTER, RegisterError, load_register

    if paths and not derive:
        raise click.UsageError("--features says which scenarios to run; add --derive")
    try:
        sources = load_register(path or REGISTER)
        if derive:
            scenarios = evidence.derive(sources, list(paths))
            if not paths and path is None:
                evidence.save_evidence(scenarios)
        else:
            scenarios = evidence.load_evidence()
        events = (event for journal in journals for event in read_events(journal))
        counts = count(events, sources) if journals else None
    except (RegisterError, JournalError, evidence.EvidenceError) as error:
        raise click.UsageError(str(error)) from error
    found = render.Register(sources, scenarios, counts)
    show = {
        "table": render.as_table,
        "markdown": render.as_markdown,
        "json": render.as_json,
    }[form]
    click.echo(show(found), nl=False)
    sys.exit(found.exit_code)


def register(group: click.Group) -> None:
    """Add these commands to `tandem`."""
    group.add_command(compare)
    group.add_command(dependencies)
