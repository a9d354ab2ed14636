"""A small service of our own, so that the Wire is tested without any fake.

It keeps a shelf of notes: create, read, replace and delete, one event for each write,
and a few operations that misbehave on purpose.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from contracts import Contract, Problem
from simulators import auth
from simulators.clock import Clock
from simulators.journal import Journal
from simulators.wire.message import OutboxEvent, Request, Response, answer
from simulators.wire.service import Call, Refused, Service
from simulators.wire.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.journal import Entry

DOCUMENT = """
openapi: 3.1.0
info: {title: Shelf of notes, version: "1"}
paths:
  /prisoners/{prisonerNumber}/notes:
    parameters:
      - {name: prisonerNumber, in: path, required: true,
         schema: {type: string, pattern: "^[A-Z]\\\\d{4}[A-Z]{2}$"}}
    post:
      operationId: create_note
      x-roles: [ROLE_NOTES__RW]
      x-user-action: create
      x-writes: true
      requestBody: {$ref: "#/components/requestBodies/Note"}
      responses:
        201: {$ref: "#/components/responses/Note"}
        400: {$ref: "#/components/responses/Error"}
        403: {$ref: "#/components/responses/Error"}
        500: {$ref: "#/components/responses/Error"}
  /notes/{noteId}:
    parameters:
      - {name: noteId, in: path, required: true, schema: {type: integer}}
    get:
      operationId: get_note
      x-roles: [ROLE_NOTES__RO, ROLE_NOTES__RW]
      parameters:
        - {name: expand, in: query, schema: {type: boolean}}
        - {name: Source, in: header, schema: {enum: [DPS, NOMIS]}}
      responses:
        200: {$ref: "#/components/responses/Note"}
        4XX: {$ref: "#/components/responses/Error"}
    put:
      operationId: replace_note
      x-roles: [ROLE_NOTES__RW]
      x-writes: true
      requestBody: {$ref: "#/components/requestBodies/Note"}
      responses:
        200: {$ref: "#/components/responses/Note"}
        4XX: {$ref: "#/components/responses/Error"}
    delete:
      operationId: delete_note
      x-roles: [ROLE_NOTES__RW]
      x-writes: true
      responses:
        204: {description: gone}
        4XX: {$ref: "#/components/responses/Error"}
  /notes/latest:
    get:
      operationId: latest_note
      x-roles: []
      responses:
        200: {$ref: "#/components/responses/Note"}
        4XX: {$ref: "#/components/responses/Error"}
  /off-contract:
    get:
      operationId: off_contract
      x-roles: []
      responses:
        200: {$ref: "#/components/responses/Note"}
        500: {$ref: "#/components/responses/Error"}
  /crash:
    get:
      operationId: crash
      x-roles: []
      responses:
        500: {$ref: "#/components/responses/Error"}
  /neighbour:
    get:
      operationId: ask_neighbour
      x-roles: []
      responses:
        200: {$ref: "#/components/responses/Note"}
        500: {$ref: "#/components/responses/Error"}
components:
  requestBodies:
    Note:
      required: true
      content: {application/json: {schema: {$ref: "#/components/schemas/NewNote"}}}
  responses:
    Note:
      description: a note
      content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}
    Error:
      description: what went wrong
      content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}
  schemas:
    NewNote:
      type: object
      required: [text]
      properties:
        text: {type: string, pattern: '\\S', x-message: text cannot be blank}
        author: {type: [string, "null"], maxLength: 12}
    Note:
      type: object
      required: [id, prisoner, text]
      properties:
        id: {type: integer}
        prisoner: {type: string}
        text: {type: string}
        author: {type: [string, "null"]}
    Error:
      type: object
      required: [status, message]
      properties:
        status: {type: integer}
        message: {type: string}
        fields: {type: array, items: {type: string}}
"""


@dataclass
class Shelf:
    """The notes, and the events they caused."""

    notes: dict[int, dict[str, Any]] = field(default_factory=dict)
    outbox: list[OutboxEvent] = field(default_factory=list)
    next_id: int = 100_000_001

    def tell(self, event: str, note: dict[str, Any]) -> None:
        """Put an event in the outbox."""
        body = {"eventType": event, "id": note["id"]}
        self.outbox.append(OutboxEvent("domain", event, body, {"eventType": event}))


def create_note(model: Shelf, call: Call) -> Response:
    """Keep a new note."""
    note = {"id": model.next_id, "prisoner": call.path["prisonerNumber"], **call.body}
    model.notes[note["id"]] = note
    model.next_id += 1
    model.tell("note.created", note)
    return answer(201, note)


def get_note(model: Shelf, call: Call) -> Response:
    """Give one note."""
    return answer(200, _found(model, call))


def replace_note(model: Shelf, call: Call) -> Response:
    """Replace a note's text, unless it is the same."""
    note = _found(model, call)
    call.wrote = note["text"] != call.body["text"]
    if call.wrote:
        note["text"] = call.body["text"]
        model.tell("note.updated", note)
    return answer(200, note)


def delete_note(model: Shelf, call: Call) -> Response:
    """Remove a note."""
    note = _found(model, call)
    del model.notes[note["id"]]
    model.tell("note.deleted", note)
    return answer(204)


def latest_note(model: Shelf, call: Call) -> Response:
    """Give the newest note."""
    if not model.notes:
        raise Refused(answer(404, {"status": 404, "message": "none"}))
    return answer(200, model.notes[max(model.notes)])


def off_contract(model: Shelf, call: Call) -> Response:
    """Answer a note without its text."""
    return answer(200, {"id": 1, "prisoner": "A1234BC"})


def crash(model: Shelf, call: Call) -> Response:
    """Fail by a bug of the fake."""
    return answer(200, model.notes[-1])


async def ask_neighbour(model: Shelf, call: Call) -> Response:
    """Give the neighbour's newest note."""
    return await call.upstream("neighbour", "GET", "/notes/latest")


def _found(model: Shelf, call: Call) -> dict[str, Any]:
    note = model.notes.get(int(call.path["noteId"]))
    if note is None:
        raise Refused(answer(404, {"status": 404, "message": "no such note"}))
    return note


class Errors:
    """How the shelf words failures."""

    def status(self, code: int) -> Response:
        """Answer any status."""
        return self._body(code, f"status {code}")

    def unauthorised(self) -> Response:
        """Answer a missing token."""
        return Response(401, b"", {"www-authenticate": "Bearer"})

    def forbidden(self, call: Call) -> Response:
        """Answer a missing role."""
        return self._body(403, "role")

    def no_route(self, request: Request, reason: str) -> Response:
        """Answer an unknown path or method."""
        return self._body(404 if reason == "path" else 405, f"no {reason}")

    def unreadable(self, call: Call, message: str) -> Response:
        """Answer a body that is no JSON."""
        return self._body(400, message)

    def invalid(self, call: Call, problems: list[Problem]) -> Response:
        """Answer what does not fit the contract."""
        fields = [problem.field for problem in problems]
        text = "; ".join(problem.message for problem in problems)
        return self._body(400, text, fields=fields)

    def crashed(self, call: Call, error: BaseException) -> Response:
        """Answer a bug."""
        return self._body(500, str(error))

    def _body(self, code: int, message: str, **more: Any) -> Response:
        return answer(code, {"status": code, "message": message, **more})


CONTRACT = Contract("example", yaml.safe_load(DOCUMENT))


def build(name: str = "example") -> Service:
    """Make a shelf service called `name`."""
    return Service(name, CONTRACT, Shelf(), globals(), Errors())


class Shop:
    """A Wire with two shelves, auth, a journal and a bus that only remembers."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Compose; `clock` defaults to one on the running loop."""
        self.clock = clock or Clock()
        self.journal = Journal(self.clock)
        self.auth = auth.build(self.clock)
        self.published: list[tuple[str, list[OutboxEvent], str | None]] = []
        self.checker = auth.TokenChecker(self.auth.model)
        self.wire = Wire(self.clock, self.journal, self.checker, self._publish)
        self.example, self.neighbour = build(), build("neighbour")
        for service in (self.example, self.neighbour, self.auth):
            self.wire.add(service)

    async def _publish(
        self, service: str, events: list[OutboxEvent], cause: str | None
    ) -> None:
        await asyncio.sleep(0)
        self.published.append((service, events, cause))

    @property
    def notes(self) -> dict[int, dict[str, Any]]:
        """The notes on the first shelf."""
        shelf: Shelf = self.example.model
        return shelf.notes

    def token(self, *roles: str, subject: str = "SHELF_USER") -> str:
        """Mint a token with these roles."""
        minted: str = self.auth.model.mint(subject, "shelf-client", roles)
        return minted

    def headers(self, *roles: str, **more: str) -> dict[str, str]:
        """Make request headers with a token of these roles."""
        return {"authorization": f"Bearer {self.token(*roles)}", **more}

    async def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        service: str = "example",
    ) -> Response:
        """Call in process with every role, unless `headers` say otherwise."""
        given = dict(self.headers(*ALL) if headers is None else headers)
        if body:
            given.setdefault("content-type", "application/json")
        plain, _, query = path.partition("?")
        request = Request(method, plain, query, given, body)
        return await self.wire.handle(service, request)

    async def create(self, text: str = "Met on the wing.") -> int:
        """Create a note for A1234BC; returns its id."""
        body = b'{"text": "%s"}' % text.encode()
        response = await self.call("POST", "/prisoners/A1234BC/notes", body)
        note_id: int = response.json()["id"]
        return note_id

    def entries(self, kind: str) -> list[Entry]:
        """Return the journal's entries of a kind."""
        return [entry for entry in self.journal.entries if entry.kind == kind]


ALL = ("ROLE_NOTES__RO", "ROLE_NOTES__RW")
