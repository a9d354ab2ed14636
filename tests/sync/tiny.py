"""A tiny NOMIS, DPS and mapping service behind the sync's own ports.

No fake is imported: these keep just the state that the flows of the sync look at, and
let a test fail a call before or after it took effect, or act between two calls.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.sync import text
from simulators.sync.ports import Answer, CallFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


Json = dict[str, Any]
PRISONER = "A1234BC"
OTHER = "B2345CD"
AUTHOR = "ABC12D_GEN"
OFFICER = "XYZ98K_GEN"
AT = "2026-03-02T09:00:00"
MARKER = "DPS_SYNCHRONISATION"
SCREEN = "OIDCHKNT"


def dps_id(number: int) -> str:
    """Return the DPS id of the nth note."""
    return f"00000000-0000-7000-8000-{number:012d}"


@dataclass
class Fault:
    """Fails a call whose method and path match, `times` times, after `skip`."""

    pattern: str
    answer: int | str = 500
    after: bool = False
    times: int = 1
    skip: int = 0


class TinyServices:
    """The state, the calls made, and `Http`."""

    def __init__(self) -> None:
        self.nomis: dict[int, Json] = {}
        self.dps: dict[str, Json] = {}
        self.mappings: dict[int, Json] = {}
        self.prisoners = {PRISONER: 1200001, OTHER: 1200002}
        self.merges: list[Json] = []
        self.calls: list[str] = []
        self.sent: list[tuple[str, Json]] = []
        self.headers: list[Mapping[str, str]] = []
        self.faults: list[Fault] = []
        self.before: dict[str, Callable[[], None]] = {}
        self.tokens = 0
        self._next_row = 100000001
        self._next_note = 1

    # -- what users do ---------------------------------------------------------

    def dps_writes(
        self, words: str, *, created: str = AT, author: str = AUTHOR, **more: Any
    ) -> str:
        """Let a DPS user write a note; returns its id."""
        number, self._next_note = self._next_note, self._next_note + 1
        note: Json = {
            "caseNoteId": dps_id(number),
            "offenderIdentifier": PRISONER,
            "type": "KA",
            "subType": "KS",
            "creationDateTime": created,
            "occurrenceDateTime": created,
            "authorName": "Nina Okoro",
            "authorUserId": "1",
            "authorUsername": author,
            "text": words,
            "locationId": "MDI",
            "amendments": [],
            "systemGenerated": False,
            "legacyId": -number,
        }
        self.dps[note["caseNoteId"]] = note | more
        return str(note["caseNoteId"])

    def dps_amends(
        self, note: str, words: str, at: str = "2026-03-02T10:00:00.5"
    ) -> None:
        """Let a DPS user amend a note."""
        self.dps[note]["amendments"] = [
            *self.dps[note]["amendments"],
            {
                "additionalNoteText": words,
                "authorUserName": AUTHOR,
                "authorName": "Nina Okoro",
                "authorUserId": "1",
                "creationDateTime": at,
            },
        ]

    def nomis_writes(
        self, words: str, *, module: str | None = SCREEN, **more: Any
    ) -> int:
        """Let an officer write a note in a screen; returns its id."""
        number, self._next_row = self._next_row, self._next_row + 1
        self.nomis[number] = {
            "id": number,
            "prisoner": PRISONER,
            "booking": self.prisoners[PRISONER],
            "type": "KA",
            "sub_type": "KS",
            "occurred": AT,
            "created": AT,
            "username": OFFICER,
            "text": words,
            "module": module,
            "inserted": AT,
            "inserted_by": OFFICER,
            "source": "INST",
        } | more
        return number

    def nomis_amends(
        self, row: int, words: str, at: str = "2026-03-02T11:00:00"
    ) -> None:
        """Let an officer amend a note in a screen."""
        written = (OFFICER, datetime.fromisoformat(at), words)
        self.nomis[row]["text"] = text.render(self.nomis[row]["text"], [written])
        self.nomis[row]["module"] = SCREEN

    def pair(self, row: int, note: str, kind: str = "DPS_CREATED") -> None:
        """Map a row to a note."""
        self.mappings[row] = {
            "dpsCaseNoteId": note,
            "nomisCaseNoteId": row,
            "offenderNo": self.nomis[row]["prisoner"],
            "nomisBookingId": self.nomis[row]["booking"],
            "mappingType": kind,
        }

    def synced(self, words: str = "First words") -> tuple[int, str]:
        """Make a note of DPS that the sync brought to NOMIS; both ids."""
        note = self.dps_writes(words)
        row = self.nomis_writes(
            words, module=MARKER, username=AUTHOR, inserted_by="NOMIS_API"
        )
        self.pair(row, note)
        return row, note

    def from_nomis(self, words: str = "First words") -> tuple[int, str]:
        """Make a note of NOMIS that the sync brought to DPS; both ids."""
        row = self.nomis_writes(words)
        note = self.dps_writes(words, author=OFFICER, legacyId=row)
        self.pair(row, note, "NOMIS_CREATED")
        return row, note

    def writes(self) -> list[str]:
        """Return the calls that ask a service to change something."""
        reads = (
            "GET",
            "POST auth",
            "POST mapping /mapping/casenotes/nomis-casenote-id",
        )
        return [call for call in self.calls if not call.startswith(reads)]

    def stored_text(self, row: int) -> str:
        """Return the raw text of a NOMIS row."""
        return str(self.nomis[row]["text"])

    def amendments(self, note: str) -> list[str]:
        """Return the texts of a DPS note's amendments."""
        return [a["additionalNoteText"] for a in self.dps[note]["amendments"]]

    # -- Http ------------------------------------------------------------------

    async def request(
        self,
        service: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,  # noqa: ASYNC109 - the port's own name
    ) -> Answer:
        """Answer as the service would."""
        await asyncio.sleep(0.001)
        if service == "auth":
            self.tokens += 1
            token = {"access_token": f"t{self.tokens}", "expires_in": 1199}
            return Answer(200, token)
        call = f"{method} {service} {path}"
        self.calls.append(call)
        self.sent.append((call, json))
        self.headers.append(headers or {})
        for pattern in [p for p in self.before if re.search(p, call)]:
            self.before.pop(pattern)()
        fault = self._fault(call)
        if fault and not fault.after:
            return self._failed(fault)
        answer = self._answer(service, method, path, json)
        return self._failed(fault) if fault else answer

    def _fault(self, call: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and re.search(fault.pattern, call):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def _failed(self, fault: Fault) -> Answer:
        if isinstance(fault.answer, str):
            raise CallFailed(fault.answer)
        return Answer(fault.answer, {"status": fault.answer})

    def _answer(self, service: str, method: str, path: str, body: Any) -> Answer:
        for where, verb, pattern, handler in ROUTES:
            match = re.fullmatch(pattern, path)
            if where == service and verb == method and match:
                return handler(self, body, *match.groups())
        raise AssertionError(f"the sync called {method} {service} {path}")

    def _get_row(self, _: Any, row: str) -> Answer:
        stored = self.nomis.get(int(row))
        return Answer(200, shown(stored)) if stored else Answer(404)

    def _list_rows(self, _: Any, prisoner: str) -> Answer:
        if prisoner not in self.prisoners:
            return Answer(404)
        rows = [shown(r) for r in self.nomis.values() if r["prisoner"] == prisoner]
        return Answer(200, {"caseNotes": rows})

    def _post_row(self, body: Json, prisoner: str) -> Answer:
        if prisoner not in self.prisoners:
            return Answer(404)
        if body["authorUsername"].startswith("NOBODY"):
            return Answer(400, {"userMessage": "Bad request: Username not found"})
        row = self.nomis_writes(
            text.cut(body["caseNoteText"]),
            module=MARKER,
            prisoner=prisoner,
            booking=self.prisoners[prisoner],
            type=body["caseNoteType"],
            sub_type=body["caseNoteSubType"],
            occurred=body["occurrenceDateTime"][:19],
            created=body["creationDateTime"][:19],
            username=body["authorUsername"],
            inserted_by="NOMIS_API",
        )
        return Answer(201, {"id": row, "bookingId": self.prisoners[prisoner]})

    def _put_row(self, body: Json, row: str) -> Answer:
        stored = self.nomis.get(int(row))
        if stored is None:
            return Answer(404)
        amendments = [
            (
                a["authorUsername"],
                datetime.fromisoformat(a["createdDateTime"]).replace(microsecond=0),
                a["text"],
            )
            for a in body["amendments"]
        ]
        stored["text"] = text.cut(text.render(body["text"], amendments))
        stored["module"] = MARKER
        return Answer(200)

    def _delete_row(self, _: Any, row: str) -> Answer:
        return Answer(204 if self.nomis.pop(int(row), None) else 404)

    def _merges(self, _: Any, prisoner: str) -> Answer:
        return Answer(200, self.merges)

    def _page(self, _: Any, last: str, size: str) -> Answer:
        numbers = sorted(self.prisoners)[int(last) : int(last) + int(size)]
        done = int(last) + len(numbers)
        page = [{"offenderNo": number} for number in numbers]
        return Answer(200, {"prisonerIds": page, "lastOffenderId": done})

    def _get_note(self, _: Any, prisoner: str, note: str) -> Answer:
        for stored in self.dps.values():
            if note in {stored["caseNoteId"], str(stored["legacyId"])}:
                if stored["offenderIdentifier"] != prisoner:
                    return Answer(404)
                return Answer(200, json.loads(json.dumps(stored)))
        return Answer(404)

    def _list_notes(self, _: Any, prisoner: str) -> Answer:
        notes = [n for n in self.dps.values() if n["offenderIdentifier"] == prisoner]
        return Answer(200, json.loads(json.dumps(notes)))

    def _put_note(self, body: Json) -> Answer:
        found = self.dps.get(body["id"]) if body["id"] else None
        if found is None and body["id"] is None:
            legacy = body["legacyId"]
            found = next(
                (n for n in self.dps.values() if n["legacyId"] == legacy), None
            )
        if found and found["offenderIdentifier"] != body["personIdentifier"]:
            return Answer(400, {"developerMessage": "another prisoner"})
        created = found is None
        made = dps_document(body)
        if found is None:
            note = self.dps_writes(body["text"], legacyId=body["legacyId"])
            self.dps[note] |= made
        else:
            note = found["caseNoteId"]
            found |= made
        action = "CREATED" if created else "UPDATED"
        return Answer(
            201 if created else 200,
            {"id": note, "legacyId": body["legacyId"], "action": action},
        )

    def _delete_note(self, _: Any, note: str) -> Answer:
        self.dps.pop(note, None)
        return Answer(204)

    def _move_notes(self, body: Json) -> Answer:
        for note in body["caseNoteIds"]:
            stored = self.dps.get(note)
            if stored and stored["offenderIdentifier"] == body["fromPersonIdentifier"]:
                stored["offenderIdentifier"] = body["toPersonIdentifier"]
        return Answer(200)

    def _migrate(self, body: list[Json], prisoner: str) -> Answer:
        made = [self._put_note(one | {"id": None}).body for one in body]
        return Answer(200, [{k: m[k] for k in ("id", "legacyId")} for m in made])

    def _mapping_of_row(self, _: Any, row: str) -> Answer:
        found = self.mappings.get(int(row))
        return Answer(200, found) if found else Answer(404)

    def _mappings_of_note(self, _: Any, note: str) -> Answer:
        found = [m for m in self.mappings.values() if m["dpsCaseNoteId"] == note]
        return Answer(200, found) if found else Answer(404)

    def _mappings_of_prisoner(self, _: Any, prisoner: str) -> Answer:
        found = [m for m in self.mappings.values() if m["offenderNo"] == prisoner]
        return Answer(200, {"mappings": found})

    def _mappings_of_rows(self, body: list[int]) -> Answer:
        return Answer(200, [self.mappings[row] for row in body if row in self.mappings])

    def _add_mapping(self, body: Json) -> Answer:
        known = self.mappings.get(body["nomisCaseNoteId"])
        if known and known["dpsCaseNoteId"] != body["dpsCaseNoteId"]:
            more = {"duplicate": body, "existing": known}
            return Answer(409, {"moreInfo": more})
        if known is None:
            self.mappings[body["nomisCaseNoteId"]] = body
        return Answer(201)

    def _add_mappings(self, body: list[Json]) -> Answer:
        if any(row["nomisCaseNoteId"] in self.mappings for row in body):
            return Answer(409, {"moreInfo": {}})
        for row in body:
            self.mappings[row["nomisCaseNoteId"]] = row
        return Answer(201)

    def _remove_mapping(self, _: Any, row: str) -> Answer:
        self.mappings.pop(int(row), None)
        return Answer(204)

    def _remove_mappings(self, _: Any, note: str) -> Answer:
        for row in [k for k, m in self.mappings.items() if m["dpsCaseNoteId"] == note]:
            del self.mappings[row]
        return Answer(204)

    def _mappings_merged(self, _: Any, old: str, new: str) -> Answer:
        for row in self.mappings.values():
            if row["offenderNo"] == old:
                row["offenderNo"] = new
        return Answer(200)

    def _mappings_moved(self, _: Any, booking: str, new: str) -> Answer:
        rows = self.mappings.values()
        moved = [m for m in rows if m["nomisBookingId"] == int(booking)]
        for row in moved:
            row["offenderNo"] = new
        return Answer(200, moved)


_NOTE = "/mapping/casenotes/dps-casenote-id/([^/]+)"
_ROW = "/mapping/casenotes/nomis-casenote-id"
_T = TinyServices
ROUTES: tuple[tuple[str, str, str, Callable[..., Answer]], ...] = (
    ("nomis", "GET", r"/casenotes/(\d+)", _T._get_row),
    ("nomis", "PUT", r"/casenotes/(\d+)", _T._put_row),
    ("nomis", "DELETE", r"/casenotes/(\d+)", _T._delete_row),
    ("nomis", "GET", r"/prisoners/(\w+)/casenotes", _T._list_rows),
    ("nomis", "POST", r"/prisoners/(\w+)/casenotes", _T._post_row),
    ("nomis", "GET", r"/prisoners/(\w+)/merges", _T._merges),
    (
        "nomis",
        "GET",
        r"/prisoners/ids/all-from-id\?offenderId=(\d+)&pageSize=(\d+)",
        _T._page,
    ),
    ("dps", "GET", r"/case-notes/(\w+)/(.+)", _T._get_note),
    ("dps", "GET", r"/sync/case-notes/(\w+)", _T._list_notes),
    ("dps", "PUT", r"/sync/case-notes", _T._put_note),
    ("dps", "DELETE", r"/sync/case-notes/(.+)", _T._delete_note),
    ("dps", "PUT", r"/move/case-notes", _T._move_notes),
    ("dps", "POST", r"/migrate/case-notes/(\w+)", _T._migrate),
    ("mapping", "GET", _ROW + r"/(\d+)", _T._mapping_of_row),
    ("mapping", "DELETE", _ROW + r"/(\d+)", _T._remove_mapping),
    ("mapping", "POST", _ROW, _T._mappings_of_rows),
    ("mapping", "GET", _NOTE + "/all", _T._mappings_of_note),
    ("mapping", "DELETE", _NOTE, _T._remove_mappings),
    ("mapping", "POST", "/mapping/casenotes", _T._add_mapping),
    ("mapping", "POST", "/mapping/casenotes/batch", _T._add_mappings),
    ("mapping", "GET", r"/mapping/casenotes/(\w+)/all", _T._mappings_of_prisoner),
    (
        "mapping",
        "PUT",
        r"/mapping/casenotes/merge/from/(\w+)/to/(\w+)",
        _T._mappings_merged,
    ),
    (
        "mapping",
        "PUT",
        r"/mapping/casenotes/merge/booking-id/(\d+)/to/(\w+)",
        _T._mappings_moved,
    ),
)


def shown(row: Json) -> Json:
    """Return a row as the NOMIS API shows it."""
    main, amendments = text.parse(row["text"])
    return {
        "caseNoteId": row["id"],
        "bookingId": row["booking"],
        "caseNoteType": {"code": row["type"], "description": "-"},
        "caseNoteSubType": {"code": row["sub_type"], "description": "-"},
        "noteSourceCode": row["source"],
        "occurrenceDateTime": row["occurred"],
        "creationDateTime": row["created"],
        "authorStaffId": 1,
        "authorUsername": row["username"],
        "authorFirstName": "NINA",
        "authorLastName": "OKORO",
        "authorUsernames": [row["username"], *row.get("aliases", [])],
        "prisonId": "MDI",
        "caseNoteText": main,
        "amendments": [
            {
                "text": words,
                "authorUsername": username,
                "createdDateTime": at.isoformat(),
                "sourceSystem": "NOMIS",
            }
            for username, at, words in amendments
        ],
        "createdDatetime": row["inserted"],
        "createdUsername": row["inserted_by"],
        "auditModuleName": row["module"],
        "sourceSystem": "NOMIS",
    }


def dps_document(body: Json) -> Json:
    """Return what a sync request makes of a DPS note."""
    author = body["author"]
    return {
        "offenderIdentifier": body["personIdentifier"],
        "type": body["type"],
        "subType": body["subType"],
        "text": body["text"],
        "occurrenceDateTime": body["occurrenceDateTime"],
        "creationDateTime": body["createdDateTime"],
        "authorUsername": author["username"],
        "authorUserId": author["userId"],
        "authorName": f"{author['firstName']} {author['lastName']}",
        "locationId": body["locationId"],
        "systemGenerated": body["systemGenerated"],
        "amendments": [
            {
                "additionalNoteText": a["text"],
                "authorUserName": a["author"]["username"],
                "authorName": f"{a['author']['firstName']} {a['author']['lastName']}",
                "authorUserId": a["author"]["userId"],
                "creationDateTime": a["createdDateTime"],
            }
            for a in body["amendments"]
        ],
    }
