"""What the options of the fakes add to the command line: `--option NAME=VALUE`."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from harness.control import WorldError


class Setting(click.ParamType[tuple[str, Any]]):
    """`NAME=VALUE`, where VALUE is JSON or plain text."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        """Return name and value, tried on a world of their own, or fail."""
        name, sign, text = str(value).partition("=")
        if not sign:
            self.fail(f"{value!r}: write NAME=VALUE", param, ctx)
        try:
            chosen = msgspec.json.decode(text)
        except msgspec.DecodeError:
            chosen = text
        try:
            _try(name, chosen)
        except WorldError as error:
            self.fail(str(error), param, ctx)
        return name, chosen


def _try(name: str, value: Any) -> None:
    from harness.composition import Composition, Settings
    from harness.fakeoptions import FakeOptions, check_name
    from simulators.clock import Clock
    from simulators.journal import Journal

    check_name(name)
    clock = Clock()
    FakeOptions(Composition(clock, Journal(clock), Settings())).set(name, value)


fake_option = click.option(
    "--option",
    "fake_options",
    type=Setting(),
    multiple=True,
    callback=lambda _ctx, _param, pairs: dict(pairs),
    help="Set an option of the fakes, see docs/fakes.md (repeatable).",
)
