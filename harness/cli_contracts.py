"""Commands about fidelity: `tandem conform` and `tandem contracts ...`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.conform.settings import SERVICES, Aim


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
