"""The command `tandem report`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument(
    "folder", default="test-results", metavar="DIR", type=click.Path(path_type=Path)
)
def report(folder: Path) -> None:
    """Make report.html in DIR (default: test-results) anew from what a run left."""
    from harness.report.folder import NotARunError, write

    try:
        click.echo(write(folder))
    except NotARunError as error:
        raise click.UsageError(str(error)) from error
