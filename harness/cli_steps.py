"""`tandem steps` and `tandem new`: finding words, checking and beginning a feature."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.results import USAGE_ERROR


@click.command()
@click.argument("words", nargs=-1, metavar="[WORDS | PATHS]...")
@click.option(
    "--check",
    is_flag=True,
    help="Read the features at PATHS and understand every line, without playing.",
)
@click.option(
    "--unused",
    is_flag=True,
    help="List the steps that no feature at PATHS (default: all of ours) uses.",
)
@click.option(
    "--vscode",
    is_flag=True,
    help="Let VS Code complete steps in this folder: write .vscode here.",
)
def steps(words: tuple[str, ...], check: bool, unused: bool, vscode: bool) -> None:
    """List the steps that scenarios are written in; WORDS filter them."""
    from harness import catalogue, usage

    if check + unused + vscode > 1:
        raise click.UsageError("--check, --unused and --vscode: ask for one at a time")
    if check:
        sys.exit(usage.check(list(words)))
    if unused:
        sys.exit(usage.print_unused(list(words)))
    if vscode:
        sys.exit(_set_up(words))
    sys.exit(catalogue.print_catalogue(" ".join(words)))


def _set_up(words: tuple[str, ...]) -> int:
    from harness import catalogue, editor

    if words:
        raise click.UsageError(f"--vscode takes no words, and got {' '.join(words)!r}")
    try:
        written = editor.set_up(Path(), catalogue.all_steps())
    except editor.EditorError as error:
        click.echo(str(error), err=True)
        return USAGE_ERROR
    for path in written:
        click.echo(f"wrote {path}")
    click.echo(
        "Open this folder in VS Code and accept the recommended extension "
        f"({editor.EXTENSIONS['recommendations'][0]})."
    )
    return 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def new(file: Path) -> None:
    """Begin a feature: write FILE with three scenarios that pass, to change."""
    from harness import editor

    try:
        editor.new_feature(file)
    except editor.EditorError as error:
        click.echo(str(error), err=True)
        sys.exit(USAGE_ERROR)
    click.echo(f"wrote {file}; play it: tandem verify {file} --tier simulated")


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(steps)
    cli.add_command(new)
