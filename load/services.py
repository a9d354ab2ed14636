"""Services that are no world of ours: where they are, and whose token is used.

A file in TOML, for `--services FILE`:

    token_file = "token.txt"     # beside it, or absolute; read anew every minute
    [services]
    dps = "https://case-notes.example"
    alerts = "https://alerts.example"          # only with --bursts
    nomis-screens = "https://screens.example"  # without it everybody writes in DPS

A token stands in a file of its own, which may be renewed meanwhile, so that it is in no
command line and no log. Nobody there settles or judges.
"""

from __future__ import annotations

import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from load.control import ControlError

KNOWN = ("dps", "alerts", "nomis-screens")
_RENEW = 60.0


@dataclass(frozen=True)
class Services:
    """`addresses` by service, without a slash at the end; `token` says whose it is."""

    addresses: dict[str, str]
    token: FileToken


class FileToken:
    """A token that lies in a file."""

    def __init__(self, path: Path) -> None:
        """Read it at once: a wrong path shows before anybody comes."""
        self._path = path
        self._value, self._until = "", 0.0
        self.value()

    def value(self) -> str:
        """Return the token, read within the last minute."""
        now = time.monotonic()
        if now >= self._until:
            self._value = _text(self._path).strip()
            self._until = now + _RENEW
        if not self._value:
            raise ControlError(f"{self._path} holds no token; write one into it")
        return self._value


def read(path: str) -> Services:
    """Read the file; ControlError says what is wrong with it."""
    try:
        given = tomllib.loads(_text(Path(path)))
    except tomllib.TOMLDecodeError as error:
        raise ControlError(f"{path}: {error}") from error
    addresses = given.get("services")
    if not isinstance(addresses, dict) or "dps" not in addresses:
        raise ControlError(f"{path}: [services] names no dps; write its address there")
    for name, address in addresses.items():
        if name not in KNOWN:
            raise ControlError(f"{path}: {name!r} is none of {', '.join(KNOWN)}")
        if not str(address).startswith(("http://", "https://")):
            raise ControlError(f"{path}: {name} = {address!r} is no http address")
    if not isinstance(given.get("token_file"), str):
        raise ControlError(f"{path}: token_file names no file; a token must be in one")
    token = FileToken(Path(path).parent / given["token_file"])
    return Services({n: str(a).rstrip("/") for n, a in addresses.items()}, token)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ControlError(f"{path}: {error.strerror}") from error
