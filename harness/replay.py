"""The command that plays one scenario again, as it was played."""

from __future__ import annotations

import shlex
from dataclasses import fields
from typing import TYPE_CHECKING

import msgspec

from harness.options import RunOptions
from harness.selection import shown_path

if TYPE_CHECKING:
    from harness.results import ScenarioResult

# Options that change how a scenario plays, with their spelling on the command line.
_PLAIN = {
    "stack": "--stack",
    "instances": "--instances",
    "mode": "--mode",
    "sync_wait": "--sync-wait",
    "settle_timeout": "--settle-timeout",
    "grace": "--grace",
    "port": "--port",
    "world_image": "--world-image",
}


def replay(options: RunOptions, result: ScenarioResult) -> str:
    """Return the command line; all that differs from the defaults is in it."""
    where = f"{shown_path(result.feature)}::{result.name}"
    words = ["tandem", "verify", where, "--tier", options.tier]
    words += ["--seed", str(options.seed)]
    words += _of_halves(options)
    defaults = {f.name: f.default for f in fields(RunOptions)}
    for name, spelling in _PLAIN.items():
        value = getattr(options, name)
        if value != defaults[name]:
            words += [
                spelling,
                f"{value:g}" if isinstance(value, float) else str(value),
            ]
    for service, upstream in options.taps.items():
        words += ["--tap", f"{service}={upstream}"]
    for name, value in options.half_env.items():
        words += ["--half-env", f"{name}={value}"]
    for name, value in options.fake_options.items():
        words += ["--option", f"{name}={msgspec.json.encode(value).decode()}"]
    for defect in options.defects:
        words += ["--defect", defect]
    return shlex.join(words)


def _of_halves(options: RunOptions) -> list[str]:
    """Return which programs played, and what was declared of them."""
    words = []
    for half, target in options.targets.items():
        if target != "reference":
            words += [f"--{half}", target]
    for half, target in options.old.items():
        words += [f"--old-{half}", target]
    for half, policy in options.when_off.items():
        words += [f"--when-off-{half}", policy]
    return words
