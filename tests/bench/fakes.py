"""A stateful fake against WireMock: POST, GET and PUT of NOMIS case notes.

Ours checks tokens, roles and contracts, keeps every note, journals every request and
publishes every event; WireMock answers from stubs and keeps its journal. Same requests,
same answer bodies, one core for the server and one for the load.
"""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from harness.credentials import TO_NOMIS
from tests.bench import cores
from tests.bench.lines import Outcome, Server, drive, request
from tests.bench.report import figure, milliseconds, ratio, say
from tests.bench.wiremock import NoWireMock, wiremock
from tests.bench.worlds import BenchWorld, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.lines import Check, Source

LINES, MANY = 32, 64
SECONDS = 4.0
WARM, PATIENCE = 25_000, 20.0
"""Requests of each kind that make WireMock warm, and the seconds allowed for them."""
WORDS = "Seen on the wing today; spoke about education and family visits. " * 3


@dataclass
class Notes:
    """Makes requests about case notes and knows the right answers."""

    prisoner: str
    username: str
    token: str
    stateful: bool
    texts: dict[int, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """Work the headers out once."""
        self._headers = {"Authorization": f"Bearer {self.token}"}
        self._ids: Iterator[int] = iter(())

    def post(self) -> tuple[bytes, Check]:
        """Write a note with a text of its own."""
        text = f"Note {next(self.numbers)}. {WORDS}"
        body = {
            "caseNoteType": "GEN",
            "caseNoteSubType": "OSE",
            "occurrenceDateTime": "2026-03-02T09:00:00",
            "creationDateTime": "2026-03-02T09:00:00",
            "authorUsername": self.username,
            "caseNoteText": text,
        }
        path = f"/prisoners/{self.prisoner}/casenotes"
        message = request("POST", path, json.dumps(body).encode(), self._headers)
        return message, partial(self._posted, text)

    def _posted(self, text: str, status: int, body: bytes) -> bool:
        if status != 201:
            return False
        identifier = json.loads(body)["id"]
        if self.stateful and identifier in self.texts:
            return False
        self.texts[identifier] = text
        return True

    def get(self) -> tuple[bytes, Check]:
        """Read a note; a stateful server must show its very text."""
        identifier = self._next()
        text = self.texts[identifier].strip() if self.stateful else ""
        message = request("GET", f"/casenotes/{identifier}", None, self._headers)
        return message, partial(self._got, text.encode())

    def _got(self, text: bytes, status: int, body: bytes) -> bool:
        return status == 200 and text in body

    def put(self) -> tuple[bytes, Check]:
        """Replace a note's text."""
        identifier = self._next()
        text = f"Replaced {next(self.numbers)}. {WORDS}"
        self.texts[identifier] = text
        body = json.dumps({"text": text, "amendments": []}).encode()
        message = request("PUT", f"/casenotes/{identifier}", body, self._headers)
        return message, lambda status, body: status == 200 and not body

    def _next(self) -> int:
        for identifier in self._ids:
            return identifier
        self._ids = iter(list(self.texts)[:5_000])
        return next(self._ids)

    def mixed(self) -> tuple[bytes, Check]:
        """Write, read and replace in turn, without touching one note twice at once."""
        turn = next(self.numbers) % 3
        if turn == 0 or len(self.texts) < 10 * MANY:
            return self.post()
        return self.get() if turn == 1 else self.put()


def run() -> list[str]:
    """Measure; returns what was wrong."""
    with cores.on(cores.LOAD):
        ours, example, problems = _ours()
        try:
            theirs = _theirs(example)
        except NoWireMock as reason:
            say(f"  WireMock is skipped: {reason}")
            theirs = {}
    for name, outcome in ours.items():
        peer = theirs.get(name)
        text = f"{outcome.rate:,.0f}/s"
        if peer is not None:
            text += f", WireMock {peer.rate:,.0f}/s"
        figure(f"{name} at {LINES} connections", text)
        text = f"{outcome.per_core:,.0f}"
        if peer is not None:
            times = ratio(outcome.per_core, peer.per_core)
            text += f", WireMock {peer.per_core:,.0f}: {times}"
        figure(f"{name} a second of the server's core", text, "2x, then 3x")
        text = milliseconds(outcome.p(0.99))
        if peer is not None:
            text += f" (WireMock {milliseconds(peer.p(0.99))})"
        figure(f"{name} p99", text, "10 ms" if name == "POST" else "")
    return problems


def _ours() -> tuple[dict[str, Outcome], dict[str, Any], list[str]]:
    with world() as held:
        prison = held.api.add_prison()["code"]
        staff = held.api.add_staff(prison=prison)["usernames"][0]
        notes = Notes(
            held.api.add_prisoner(prison)["prisoner"],
            staff,
            held.token(TO_NOMIS["nomis"]),
            stateful=True,
        )
        since = held.api.mark("load begins", "bench")
        server = held.server("nomis")
        drives = [drive(server, LINES, 1.0, notes.mixed)]
        measured = _measured(server, notes)
        many = drive(server, MANY, SECONDS, notes.mixed)
        figure(
            f"wrong answers at {MANY} connections",
            f"{many.wrong} of {len(many.latencies)}",
            "0",
        )
        drives += [*measured.values(), many]
        problems = [f"wrong answer: {d.example}" for d in drives if d.wrong]
        problems += _journal(held, since, sum(d.sent for d in drives))
        example = held.api.act(
            "nomis", "get_case_note", {"caseNoteId": next(iter(notes.texts))}
        )
        return measured, example["body"], problems


def _measured(server: Server, notes: Notes) -> dict[str, Outcome]:
    return {
        "POST": drive(server, LINES, SECONDS, notes.post),
        "GET": drive(server, LINES, SECONDS, notes.get),
        "PUT": drive(server, LINES, SECONDS, notes.put),
    }


def _journal(held: BenchWorld, since: int, sent: int) -> list[str]:
    entries = held.api.journal(since, kinds=["request"])
    kept = sum(entry["service"] == "nomis" for entry in entries)
    figure("journal entries = requests", f"{kept} = {sent}")
    if kept != sent:
        return [f"the journal holds {kept} requests of {sent}"]
    return []


def _theirs(example: dict[str, Any]) -> dict[str, Outcome]:
    notes = Notes("A0000AA", "SOMEONE_GEN", "no-token-is-checked", stateful=False)
    with wiremock(_stubs(example)) as server:
        for source in (notes.post, notes.get, notes.put):
            _warm(server, source)
        return _measured(server, notes)


def _warm(server: Server, source: Source) -> None:
    """Let the JVM compile: enough requests, not enough time, is what it needs."""
    served = 0
    deadline = time.monotonic() + PATIENCE
    while served < WARM and time.monotonic() < deadline:
        outcome = drive(server, LINES, 1.0, source)
        served += len(outcome.latencies)
        if outcome.wrong == len(outcome.latencies):
            raise NoWireMock(f"its stubs do not answer: {outcome.example}")


def _stubs(example: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer as ours does: a random id for a new note, one body for every read."""
    number = "{{randomInt lower=100000001 upper=999999999}}"
    written = f'{{"id": {number}, "bookingId": 1200001}}'
    as_json = {"Content-Type": "application/json"}
    return [
        {
            "request": {
                "method": "POST",
                "urlPathPattern": "/prisoners/[A-Z0-9]+/casenotes",
            },
            "response": {
                "status": 201,
                "body": written,
                "headers": as_json,
                "transformers": ["response-template"],
            },
        },
        {
            "request": {"method": "GET", "urlPathPattern": "/casenotes/[0-9]+"},
            "response": {"status": 200, "jsonBody": example, "headers": as_json},
        },
        {
            "request": {"method": "PUT", "urlPathPattern": "/casenotes/[0-9]+"},
            "response": {"status": 200},
        },
    ]
