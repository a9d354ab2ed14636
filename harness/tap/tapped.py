"""The world's control API with taps in it: steps do not notice the difference.

`journal` shows the sync's calls to a tapped service as its tap saw them; `fault`,
`await_fault` and `clear_faults` of a tapped service go to its tap.
"""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness.credentials import program_of
from harness.tap.tap import Tap
from harness.tap.wiremock import TapError
from harness.targets import HALVES
from harness.urls import is_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from harness.environment import Addresses

    Call = Callable[[str, dict[str, Any]], Any]

FAKE = "fake"
"""The upstream that stands for our own fake of the service."""
TAPPABLE = ("alerts", "dps", "mapping", "nomis")
_LOOK = 0.02
_CONNECTS = 10.0
_KINDS = ("request", "response")


class Taps:
    """The taps of one stack."""

    def __init__(
        self, wanted: Mapping[str, str], addresses: Addresses, logs: Path
    ) -> None:
        """Start a tap for each service of `wanted` (its upstream's URL, or `fake`)."""
        self._taps: dict[str, Tap] = {}
        try:
            for service, url in sorted(wanted.items()):
                upstream = addresses.services[service] if url == FAKE else url
                _reach(service, upstream)
                log = logs / f"tap-{service}.log"
                self._taps[service] = Tap(service, upstream, log)
        except BaseException:
            self.stop()
            raise
        urls = {service: tap.url for service, tap in self._taps.items()}
        self.addresses = replace(addresses, services={**addresses.services, **urls})
        """Where the sync finds each service."""

    def around(self, call: Call) -> Call:
        """Return the world's `call` with the taps in it."""
        return _Around(call, self._taps) if self._taps else call

    def stop(self) -> None:
        """End all taps."""
        for tap in self._taps.values():
            tap.stop()
        self._taps.clear()


class _Around:
    def __init__(self, call: Call, taps: dict[str, Tap]) -> None:
        self._call = call
        self._taps = taps

    def __call__(self, method: str, arguments: dict[str, Any]) -> Any:
        special = getattr(self, f"_{method}", None)
        if special is not None:
            return special(arguments)
        return self._call(method, arguments)

    def _begin(self, arguments: dict[str, Any]) -> Any:
        return self._marked(self._call("begin", arguments))

    def _mark(self, arguments: dict[str, Any]) -> Any:
        return self._marked(self._call("mark", arguments))

    def _marked(self, seq: int) -> int:
        for tap in self._taps.values():
            tap.mark(seq)
        return seq

    def _fault(self, arguments: dict[str, Any]) -> Any:
        tap = self._taps.get(arguments["service"])
        if tap is None:
            return self._call("fault", arguments)
        return tap.add(arguments["kind"], arguments["fields"])

    def _clear_faults(self, arguments: dict[str, Any]) -> Any:
        ids = arguments.get("ids")
        for tap in self._taps.values():
            for name in tap.faults():
                if ids is None or name in ids:
                    tap.remove(name)
        rest = None if ids is None else [i for i in ids if not self._is_ours(i)]
        return self._call("clear_faults", {**arguments, "ids": rest})

    def _await_fault(self, arguments: dict[str, Any]) -> Any:
        name = arguments["id"]
        if not self._is_ours(name):
            return self._call("await_fault", arguments)
        tap = self._taps[name.split(":")[1]]
        deadline = time.monotonic() + float(arguments.get("timeout") or 30.0)
        while not tap.applied(name):
            if time.monotonic() >= deadline:
                return False
            time.sleep(_LOOK)  # WireMock can only be asked again
        return True

    @staticmethod
    def _is_ours(identifier: str) -> bool:
        return identifier.startswith("tap:")

    def _journal(self, arguments: dict[str, Any]) -> Any:
        found: list[dict[str, Any]] = self._call("journal", arguments)
        kinds = arguments.get("kinds")
        if kinds is not None and not set(kinds) & set(_KINDS):
            return found
        subjects = self._subjects(arguments.get("scope"))
        seen = [
            entry
            for tap in self._taps.values()
            for entry in tap.entries(arguments.get("since") or 0)
            if kinds is None or entry["kind"] in kinds
        ]
        # Our own fake as the upstream journals the same calls once more.
        twice = {e["seq"] for e in found if self._by_sync(e)}
        kept = [
            e for e in found if e["seq"] not in twice and e.get("request") not in twice
        ]
        named = [e for e in seen if subjects is None or subjects & {*e["subjects"]}]
        return sorted([*kept, *named], key=lambda entry: entry["seq"])

    def _by_sync(self, entry: dict[str, Any]) -> bool:
        return (
            entry["kind"] == "request"
            and entry["service"] in self._taps
            and program_of(entry["client"]) in HALVES
        )

    def _subjects(self, scope: list[str] | None) -> set[str] | None:
        """Return all ids that belong to the prisoners: notes without their number."""
        if scope is None:
            return None
        known = self._call(
            "journal", {"since": 0, "scope": scope, "kinds": ["event", "response"]}
        )
        found = {subject for entry in known for subject in entry["subjects"]}
        return found | set(scope)


def _reach(service: str, upstream: str) -> None:
    """Raise TapError if nobody listens there: the sync would be blamed for it."""
    parts = urlsplit(upstream)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), _CONNECTS).close()
    except OSError as error:
        raise TapError(
            f"--tap {service}={upstream}: nobody answers there ({error}); see whether "
            "the service runs and this machine may reach it"
        ) from error


def parse_taps(given: tuple[str, ...]) -> dict[str, str]:
    """Read `SERVICE=URL` (or `SERVICE=fake`); ValueError says what is right."""
    taps: dict[str, str] = {}
    for one in given:
        service, _, url = one.partition("=")
        right = url == FAKE or is_address(url)
        if service not in TAPPABLE or not right:
            raise ValueError(
                f"{one!r}: write SERVICE=URL (or SERVICE={FAKE} for our own fake); "
                f"services: {', '.join(TAPPABLE)}"
            )
        if service in taps:
            raise ValueError(f"{service} is tapped twice: {taps[service]} and {url}")
        taps[service] = url.rstrip("/")
    return taps
