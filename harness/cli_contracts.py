"""Commands about fidelity: `tandem conform` and `tandem contracts ...`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.conform.settings import SERVICES, Aim
from harness.results import EXIT_CODES, UNKNOWN


@click.command()
@click.option("--service", type=click.Choice(SERVICES), help="One suite (default all).")
@click.option("--url", help="Base URL of the real service; default: our own fake.")
@click.option("--token", envvar="TANDEM_TOKEN", help="Bearer token with its roles.")
@click.option(
    "--subjects",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file of prisons, staff and prisoners that exist there.",
)
@click.option("-k", "keyword", metavar="EXPR", help="Only cases whose name fits.")
@click.option(
    "--junit", type=click.Path(dir_okay=False, path_type=Path), help="JUnit XML file."
)
@click.option("--skips", is_flag=True, help="List skipped cases with their reasons.")
def conform(
    service: str | None,
    url: str | None,
    token: str | None,
    subjects: Path | None,
    keyword: str | None,
    junit: Path | None,
    skips: bool,
) -> None:
    """Hold a service to the facts, case by case; each case cites its source."""
    from harness.conform.run import NoSuites
    from harness.conform.run import conform as run

    if url is not None and service is None:
        raise click.UsageError("--url needs --service: which one answers there?")
    aim = Aim(service, url, token, subjects)
    try:
        sys.exit(run(aim, junit=junit, keyword=keyword, log=skips))
    except NoSuites as missing:
        raise click.UsageError(str(missing)) from missing


@click.group()
def contracts() -> None:
    """Check the fakes against their contracts, and contracts against the world."""


@contracts.command()
@click.option("--service", "services", multiple=True, help="Repeatable; default all.")
@click.option(
    "--examples",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="Examples an operation.",
)
@click.option("--nightly", is_flag=True, help="10,000 cases a fake.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "-n",
    "processes",
    type=click.IntRange(1, 8),
    default=1,
    show_default=True,
    help="Fakes at a time.",
)
def check(
    services: tuple[str, ...], examples: int, nightly: bool, seed: int, processes: int
) -> None:
    """Fuzz every fake from its contract, stateful links included.

    Fails on a 5xx that the dossier does not name with operation and trigger, on an
    undocumented status, on an answer that breaks the schema, and when a link between
    two operations was never followed.
    """
    from harness.contracts_tools.check import SERVICES as FUZZED
    from harness.contracts_tools.check import check_all

    unknown = sorted(set(services) - set(FUZZED))
    if unknown:
        raise click.UsageError(f"unknown {unknown}; services: {', '.join(FUZZED)}")
    passed = True
    for fuzzed in check_all(
        services or FUZZED, examples, nightly=nightly, seed=seed, processes=processes
    ):
        click.echo(fuzzed.line())
        if not fuzzed.passed:
            click.echo(fuzzed.output)
        passed = passed and fuzzed.passed
    sys.exit(0 if passed else 1)


@contracts.command()
@click.argument("source", metavar="FILE-OR-URL")
@click.option("--service", help="Our contract; default: found by its paths.")
@click.option("--all", "everything", is_flag=True, help="List harmless ones too.")
def diff(source: str, service: str | None, everything: bool) -> None:
    """Compare a published OpenAPI document with our contract and grade differences."""
    from harness.contracts_tools.diff import drift
    from harness.contracts_tools.published import Unreadable

    try:
        found = drift(source, service)
    except (Unreadable, LookupError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(found.report(everything=everything))
    sys.exit(1 if found.breaks else 0)


@contracts.command()
@click.argument("source", metavar="URL-OR-DIR")
@click.option("--service", "services", multiple=True, help="Repeatable; default all.")
def stubs(source: str, services: tuple[str, ...]) -> None:
    """Grade hand-written WireMock stubs by what the real service would say.

    SOURCE is a running WireMock or a directory (or file) of mappings. Exit code 1 when
    a real service contradicts one, 3 when none could be judged.
    """
    from harness.contracts_tools.mappings import NoMappings
    from harness.contracts_tools.stubs import SERVICES as KNOWN
    from harness.contracts_tools.stubs import stubs as grade

    unknown = sorted(set(services) - set(KNOWN))
    if unknown:
        raise click.UsageError(f"unknown {unknown}; services: {', '.join(KNOWN)}")
    try:
        graded = grade(source, services or KNOWN)
    except NoMappings as error:
        raise click.UsageError(str(error)) from error
    click.echo(graded.report())
    if not graded.judged:
        click.echo("nothing could be judged", err=True)
        sys.exit(EXIT_CODES[UNKNOWN])
    sys.exit(1 if graded.bad else 0)


@contracts.command()
@click.option(
    "--wiremock",
    "directory",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write; one WireMock root directory a service.",
)
def export(directory: Path) -> None:
    """Write WireMock stubs with answers that our fakes really gave."""
    from harness.conform.ours import OwnWorld
    from harness.contracts_tools.export import export as write

    own = OwnWorld()
    try:
        for service, count in write(own, directory).items():
            click.echo(f"{directory / service}: {count} stubs")
    finally:
        own.stop()
