"""A history told as plain data: journal entries and snapshots, for oracle tests.

`Story` plays users, the services' rows and a right sync, all in a few lines and apart
from the fakes, and writes the journal that the real world would write. Knobs plant the
defects of a broken sync; single steps (`receive`, `n2`, `c3`) tell stranger tales.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from harness.oracle import Evidence, Verdict, judge
from harness.oracle.codec import Part, split, stored

QUEUES = {
    "to-nomis": "hmpps_prisoner_to_nomis_casenotes_queue",
    "from-nomis": "prisoner_from_nomis_casenotes_queue",
    "dps": "case_notes_domain_events_queue",
}
SYNC = "DPS_SYNCHRONISATION"
USER = "ABC12D_GEN"
START = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - local, as the services print


class Story:
    """One prisoner's history; see the module."""

    def __init__(self, prisoner: str = "A1234BC") -> None:
        """Start with nothing written."""
        self.prisoner = prisoner
        self.entries: list[dict[str, Any]] = []
        self.nomis: dict[int, dict[str, Any]] = {}
        self.dps: dict[str, dict[str, Any]] = {}
        self.mapping: list[dict[str, Any]] = []
        self.alert_mappings: list[dict[str, Any]] = []
        self.audit: list[dict[str, Any]] = []
        self.ledger: list[dict[str, Any]] = []
        self.expectations: dict[str, Any] = {}
        self.settled: dict[str, Any] = {"settled": True, "waiting": []}
        self.baseline: dict[str, Any] | None = None
        self.limits = "as-deployed"
        self.scope: list[str] | None = None
        self.waiting: list[dict[str, Any]] = []
        self.now = START
        self.step = timedelta(seconds=0.25)
        self._nomis_id, self._dps_id, self._number = 100_000_000, 0, 0
        self.booking = 1_200_001
        # Planted defects and options of the sync and the services.
        self.loop_guard = True
        self.source_filter = True
        self.acknowledge_first = False
        self.publish_dps = True
        self.publish_nomis = True

    # -- the journal ---------------------------------------------------------------

    def write(self, kind: str, **data: Any) -> int:
        """Write one entry; returns its seq."""
        seq = len(self.entries)
        self.now += self.step
        stamp = self.now.isoformat(timespec="milliseconds")
        at = round(seq * 0.01, 6)
        self.entries.append(
            {"seq": seq, "at": at, "calendar": stamp, "kind": kind, **data}
        )
        return seq

    def call(
        self,
        client: str,
        operation: str,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        answer: Any = None,
        *,
        wrote: bool | None = None,
        lost: bool = False,
        fault: str | None = None,
        user: str | None = None,
        cause: str | None = None,
    ) -> int:
        """Write a request `service.operation` and its answer; returns the first seq."""
        service, operation = operation.split(".")
        seq = self.write(
            "request",
            service=service,
            operation=operation,
            method=method,
            path=path,
            query="",
            client=client,
            user=user,
            subjects=[self.prisoner],
            body=body,
            cause=cause,
            certainty="certain" if cause else "unknown",
        )
        self.write(
            "response",
            request=seq,
            status=status,
            body=answer,
            wrote=status < 400 if wrote is None else wrote,
            fault=fault,
            lost=lost,
            subjects=[self.prisoner],
        )
        return seq

    def event(
        self,
        type_: str,
        body: dict[str, Any],
        cause: str | None,
        half: str | None,
        **more: Any,
    ) -> dict[str, Any]:
        """Publish an event; its copy waits in the half's queue."""
        self._number += 1
        event = f"event-{self._number}"
        self.write(
            "event",
            topic="t",
            type=type_,
            message=event,
            body={"eventType": type_, **body},
            attributes={},
            cause=cause,
            subjects=[self.prisoner],
        )
        copy = {"type": type_, "body": body, "event": event, "half": half, **more}
        return self.arrive(copy) if half else copy

    def arrive(self, copy: dict[str, Any], origin: str = "fan-out") -> dict[str, Any]:
        """Let a message copy come into its half's queue."""
        self._number += 1
        made = {**copy, "copy": self._number, "queue": QUEUES[copy["half"]]}
        made["message"] = f"sqs-{self._number}"
        self.write(
            "copy",
            copy=made["copy"],
            queue=made["queue"],
            message=made["message"],
            event=made["event"],
            type=made["type"],
            origin=origin,
            parent=copy.get("copy"),
            subjects=[self.prisoner],
        )
        self.waiting.append(made)
        return made

    def receive(self, copy: dict[str, Any]) -> None:
        """Let the half receive the copy."""
        self.write("received", **self._named(copy), count=1, client=copy["half"])

    def fate(self, copy: dict[str, Any], fate: str = "deleted") -> None:
        """End the copy; it waits no more."""
        self.write("fate", **self._named(copy), fate=fate, parent=None)
        self.waiting = [one for one in self.waiting if one["copy"] != copy["copy"]]

    def leave(self, copy: dict[str, Any], state: str = "queued", **more: Any) -> None:
        """Leave the copy open in the ledger."""
        self.waiting = [one for one in self.waiting if one["copy"] != copy["copy"]]
        self.ledger.append(
            {
                **self._named(copy),
                "type": copy["type"],
                "state": state,
                "subjects": [self.prisoner],
                **more,
            }
        )

    @staticmethod
    def _named(copy: dict[str, Any]) -> dict[str, Any]:
        return {name: copy[name] for name in ("copy", "queue", "message")}

    @property
    def second(self) -> str:
        """The present second, as services print it."""
        return self.now.isoformat(timespec="seconds")

    # -- users in DPS --------------------------------------------------------------

    def dps_create(
        self,
        text: str = "Met on the wing.",
        *,
        user: str = USER,
        synced: bool = True,
        sensitive: bool = False,
        kind: tuple[str, str] = ("KA", "KS"),
    ) -> str:
        """Write a note in DPS; returns its id."""
        self._dps_id += 1
        note = f"019567d2-8d1c-7b4e-9a52-{self._dps_id:012x}"
        stamp = (self.now + self.step).isoformat()
        self.dps[note] = {
            "id": note,
            "legacy_id": -self._dps_id,
            "prisoner": self.prisoner,
            "type": kind[0],
            "sub_type": kind[1],
            "occurred": stamp[:19],
            "created": stamp,
            "author": user,
            "text": text.replace("\0", ""),
            "system_generated": False,
            "system": "DPS",
            "location": "MDI",
            "sync_to_nomis": synced,
            "sensitive": sensitive,
            "amendments": [],
        }
        body = {"type": kind[0], "subType": kind[1], "text": text}
        seq = self.call(
            "a-user",
            "dps.create_case_note",
            "POST",
            f"/case-notes/{self.prisoner}",
            body,
            201,
            self.shown(note),
            user=user,
        )
        self.tell_dps("created", note, seq)
        return note

    def dps_amend(self, note: str, text: str, *, user: str = USER) -> dict[str, Any]:
        """Amend a note in DPS; returns the amendment."""
        made = self.dps_amendment(note, text, user, "DPS")
        seq = self.call(
            "a-user",
            "dps.amend_case_note",
            "PUT",
            f"/case-notes/{self.prisoner}/{note}",
            {"text": text},
            200,
            self.shown(note),
            user=user,
        )
        self.tell_dps("updated", note, seq)
        return made

    def dps_edit(self, note: str, text: str, **changed: Any) -> None:
        """Replace a note in DPS as an administrator; amendments stay unless given."""
        row = self.dps[note]
        self.keep_audit(note, "UPDATE")
        kept = changed.pop("amendments", [one["id"] for one in row["amendments"]])
        row.update(text=text, **changed)
        row["amendments"] = [one for one in row["amendments"] if one["id"] in kept]
        body = {
            "type": row["type"],
            "subType": row["sub_type"],
            "text": text,
            "occurrenceDateTime": row["occurred"],
            "reason": "wrong",
            "amendments": [
                {"id": one["id"], "text": one["text"]} for one in row["amendments"]
            ],
        }
        seq = self.call(
            "a-user",
            "dps.replace_case_note",
            "PUT",
            f"/admin/case-notes/{note}",
            body,
            200,
            self.shown(note),
            user=USER,
        )
        self.tell_dps("updated", note, seq)

    def dps_delete(self, note: str) -> None:
        """Delete a note in DPS."""
        self.keep_audit(note, "DELETE")
        gone = self.dps.pop(note)
        path = f"/case-notes/{self.prisoner}/{note}"
        seq = self.call("a-user", "dps.delete_case_note", "DELETE", path, None, 204)
        self.tell_dps("deleted", note, seq, row=gone)

    def dps_amendment(
        self, note: str, text: str, user: str, system: str, at: str | None = None
    ) -> dict[str, Any]:
        """Add an amendment to a DPS row."""
        self._number += 1
        made = {
            "id": f"01956d1f-0f6e-7c15-8d0c-{self._number:012x}",
            "author": user,
            "text": text,
            "created": at or (self.now + self.step).isoformat(),
            "system": system,
        }
        self.dps[note]["amendments"].append(made)
        return made

    def keep_audit(self, note: str, cause: str) -> None:
        """Keep the version that is about to go."""
        row = self.dps[note]
        self.audit.append(
            {
                "id": note,
                "prisoner": row["prisoner"],
                "cause": cause,
                "text": row["text"],
                "amendments": [dict(one) for one in row["amendments"]],
                "deleted_at": self.second,
            }
        )

    def shown(self, note: str) -> dict[str, Any]:
        """Return a DPS row as the API shows it."""
        row = self.dps[note]
        return {
            "caseNoteId": note,
            "offenderIdentifier": row["prisoner"],
            "type": row["type"],
            "subType": row["sub_type"],
            "creationDateTime": row["created"],
            "occurrenceDateTime": row["occurred"],
            "authorUsername": row["author"],
            "locationId": row["location"],
            "text": row["text"],
            "sensitive": row["sensitive"],
            "systemGenerated": row["system_generated"],
            "legacyId": row["legacy_id"],
            "eventId": row["legacy_id"],
            "amendments": [
                {
                    "id": one["id"],
                    "authorUserName": one["author"],
                    "creationDateTime": one["created"],
                    "additionalNoteText": one["text"],
                }
                for one in row["amendments"]
            ],
        }

    def tell_dps(
        self,
        kind: str,
        note: str,
        seq: int,
        source: str = "DPS",
        row: dict[str, Any] | None = None,
    ) -> None:
        """Publish a case-note event of DPS."""
        row = row or self.dps[note]
        if not self.publish_dps:
            return
        body = {
            "additionalInformation": {
                "id": note,
                "source": source,
                "syncToNomis": row["sync_to_nomis"],
            },
            "personReference": {
                "identifiers": [{"type": "NOMS", "value": row["prisoner"]}]
            },
        }
        self.event(f"person.case-note.{kind}", body, f"request:{seq}", "to-nomis")

    # -- users in NOMIS ------------------------------------------------------------

    def nomis_create(
        self,
        text: str = "Quiet night.",
        *,
        user: str = USER,
        module: str | None = "OIDNOMIS",
        kind: tuple[str, str] = ("GEN", "HIS"),
    ) -> int:
        """Write a note on the NOMIS screen; returns its id."""
        note = self.nomis_row(text, user, module, kind)
        seq = self.call(
            "officer",
            "nomis-screens.create_note",
            "POST",
            f"/prisoners/{self.prisoner}/case-notes",
            {"type": kind[0], "subType": kind[1], "text": text},
            201,
            self.screen(note),
            user=user,
        )
        self.tell_nomis("INSERTED", note, seq, module)
        return note

    def nomis_row(
        self,
        text: str,
        user: str,
        module: str | None,
        kind: tuple[str, str],
        **more: Any,
    ) -> int:
        """Insert a NOMIS row without telling anybody."""
        self._nomis_id += 1
        stamp = (self.now + self.step).isoformat(timespec="seconds")
        self.nomis[self._nomis_id] = {
            "id": self._nomis_id,
            "prisoner": self.prisoner,
            "booking": self.booking,
            "type": kind[0],
            "sub_type": kind[1],
            "occurred": stamp,
            "created": stamp,
            "staff_id": 1,
            "usernames": [user],
            "text": text,
            "source": "INST",
            "audit_module": module,
            "agency": "MDI",
            "inserted": stamp,
            **more,
        }
        return self._nomis_id

    def nomis_amend(self, note: int, text: str, *, user: str = USER) -> None:
        """Amend a note on the NOMIS screen."""
        at = (self.now + self.step).isoformat(timespec="seconds")
        row = self.nomis[note]
        row["text"] = stored(row["text"], [Part(user, at, text)])
        row["audit_module"] = "OIDNOMIS"
        seq = self._screen_put(note, "amend_note", {"text": text}, user)
        self.tell_nomis("UPDATED", note, seq, "OIDNOMIS")

    def nomis_edit(self, note: int, text: str, **changed: Any) -> None:
        """Replace the main text on the NOMIS screen; amendments stay."""
        row = self.nomis[note]
        row["text"] = stored(text, split(row["text"])[1])
        row.update(audit_module="OIDNOMIS", **changed)
        names = {"type": "type", "sub_type": "subType", "occurred": "occurredAt"}
        body = {"text": text, **{names[k]: v for k, v in changed.items()}}
        seq = self._screen_put(note, "edit_note", body, USER)
        self.tell_nomis("UPDATED", note, seq, "OIDNOMIS")

    def nomis_rewrite(self, note: int, raw: str) -> None:
        """Replace the whole stored text on the NOMIS screen."""
        self.nomis[note].update(text=raw, audit_module="OIDNOMIS")
        seq = self._screen_put(note, "edit_note", {"rawText": raw}, USER)
        self.tell_nomis("UPDATED", note, seq, "OIDNOMIS")

    def _screen_put(self, note: int, operation: str, body: Any, user: str) -> int:
        return self.call(
            "officer",
            f"nomis-screens.{operation}",
            "PUT",
            f"/case-notes/{note}",
            body,
            200,
            self.screen(note),
            user=user,
        )

    def nomis_delete(self, note: int) -> None:
        """Delete a note on the NOMIS screen."""
        del self.nomis[note]
        path = f"/case-notes/{note}"
        name = "nomis-screens.delete_note"
        seq = self.call("officer", name, "DELETE", path, None, 204, user=USER)
        self.tell_nomis("DELETED", note, seq, "OIDNOMIS")

    def screen(self, note: int) -> dict[str, Any]:
        """Return a NOMIS row as the screen's write answers."""
        row = self.nomis[note]
        return {
            "caseNoteId": note,
            "bookingId": row["booking"],
            "prisoner": row["prisoner"],
            "text": row["text"],
        }

    def tell_nomis(self, kind: str, note: int, seq: int, module: str | None) -> None:
        """Publish a case-note event of NOMIS."""
        if not self.publish_nomis:
            return
        body = {
            "caseNoteId": note,
            "bookingId": self.booking,
            "offenderIdDisplay": self.prisoner,
            "auditModuleName": module,
        }
        cause = f"request:{seq}"
        self.event(f"OFFENDER_CASE_NOTES-{kind}", body, cause, "from-nomis")

    # -- the sync ------------------------------------------------------------------

    def sync(self, rounds: int = 10) -> Story:
        """Let a right sync (but for its knobs) handle messages until none waits."""
        for _ in range(rounds):
            if not self.waiting:
                break
            for copy in list(self.waiting):
                self.handle(copy)
        for copy in list(self.waiting):
            self.leave(copy)
            self.settled = {"settled": False, "waiting": ["messages are moving"]}
        return self

    def handle(self, copy: dict[str, Any]) -> None:
        """Receive, do and acknowledge one message."""
        self.receive(copy)
        if self.acknowledge_first:
            self.fate(copy)
            self.work(copy)
            return
        self.work(copy)
        self.fate(copy)

    def work(self, copy: dict[str, Any]) -> None:
        """Do what the message asks for, as a right sync does."""
        if copy["half"] == "to-nomis":
            self._to_nomis(copy)
        elif copy["half"] == "from-nomis":
            self._from_nomis(copy)

    def _to_nomis(self, copy: dict[str, Any]) -> None:
        info = copy["body"]["additionalInformation"]
        note, kind = info["id"], copy["type"].rpartition(".")[2]
        if not info["syncToNomis"]:
            return
        if info["source"] != "DPS" and self.source_filter:
            return
        mapped = [row for row in self.mapping if row["dps_id"] == note]
        if kind == "created" and (not mapped or not self.source_filter):
            if note in self.dps:
                self.n2(note)
        elif kind == "updated":
            for row in mapped:
                self.n3(row["nomis_id"], note)
        elif kind == "deleted":
            for row in mapped:
                self.n4(row["nomis_id"])
            self.unmap(note)

    def _from_nomis(self, copy: dict[str, Any]) -> None:
        note, kind = copy["body"]["caseNoteId"], copy["type"].rpartition("-")[2]
        row = self.nomis.get(note)
        mapped = next(
            (m["dps_id"] for m in self.mapping if m["nomis_id"] == note), None
        )
        if kind == "DELETED":
            if mapped is not None:
                self.c4(mapped)
                self.unmap(mapped)
            return
        if row is None:
            return
        if self.loop_guard and str(row["audit_module"]).startswith(SYNC):
            return
        self.c3(note, mapped if kind == "UPDATED" else None)

    def n2(self, note: str, **options: Any) -> int:
        """Create a DPS note in NOMIS, and map it; returns the NOMIS id."""
        row = self.dps[note]
        kind = row["type"], row["sub_type"]
        times = {"occurred": row["occurred"][:19], "created": row["created"][:19]}
        text = options.pop("text", row["text"])
        made = self.nomis_row(stored(text), row["author"], SYNC, kind, **times)
        self.nomis[made]["prisoner"] = options.pop("prisoner", row["prisoner"])
        body = {
            "caseNoteType": row["type"],
            "caseNoteSubType": row["sub_type"],
            "occurrenceDateTime": row["occurred"],
            "creationDateTime": row["created"],
            "authorUsername": row["author"],
            "caseNoteText": text,
        }
        mapped = options.pop("mapped", True)
        seq = self.call(
            "to-nomis-nomis",
            "nomis.create_case_note",
            "POST",
            f"/prisoners/{self.nomis[made]['prisoner']}/casenotes",
            body,
            201,
            {"id": made, "bookingId": self.booking},
            **options,
        )
        self.tell_nomis("INSERTED", made, seq, SYNC)
        if mapped:
            self.map(note, made, "DPS_CREATED")
        return made

    def n3(self, made: int, note: str, **options: Any) -> None:
        """Rewrite a NOMIS row from its DPS note."""
        row = self.dps.get(note)
        if row is None:
            return
        parts = [
            Part(one["author"], one["created"][:19], one["text"])
            for one in row["amendments"]
        ]
        body = {
            "text": row["text"],
            "amendments": [
                {"text": p.text, "authorUsername": p.author, "createdDateTime": p.at}
                for p in parts
            ],
        }
        before = self.nomis[made]["text"]
        self.nomis[made].update(text=stored(row["text"], parts), audit_module=SYNC)
        path, name = f"/casenotes/{made}", "nomis.update_case_note"
        options.setdefault("wrote", before != self.nomis[made]["text"])
        seq = self.call("to-nomis-nomis", name, "PUT", path, body, **options)
        if before != self.nomis[made]["text"]:
            self.tell_nomis("UPDATED", made, seq, SYNC)

    def looks_at_nomis(self, made: int) -> None:
        """Let to-nomis read a NOMIS row, as one does before writing it."""
        text, parts = split(self.nomis[made]["text"])
        answer = {"caseNoteText": text, "amendments": [{"text": p.text} for p in parts]}
        self.call(
            "to-nomis-nomis",
            "nomis.get_case_note",
            "GET",
            f"/casenotes/{made}",
            answer=answer,
            wrote=False,
        )

    def looks_at_dps(self, note: str) -> None:
        """Let from-nomis read a DPS note, as one does before putting it."""
        self.call(
            "from-nomis-dps",
            "dps.get_case_note",
            "GET",
            f"/case-notes/{self.prisoner}/{note}",
            answer=self.shown(note),
            wrote=False,
        )

    def n4(self, made: int) -> None:
        """Delete a NOMIS row."""
        there = self.nomis.pop(made, None)
        name, path = "nomis.delete_case_note", f"/casenotes/{made}"
        status = 204 if there else 404
        seq = self.call("to-nomis-nomis", name, "DELETE", path, None, status)
        if there:
            self.tell_nomis("DELETED", made, seq, SYNC)

    def c3(self, made: int, note: str | None, **options: Any) -> str:
        """Put a NOMIS row to DPS: a new note, or the mapped one; returns its id."""
        row = self.nomis[made]
        text, parts = split(row["text"])
        text = options.pop("text", text)
        parts = options.pop("parts", parts)
        person = options.pop("prisoner", row["prisoner"])
        body = {
            "legacyId": made,
            "id": note,
            "personIdentifier": person,
            "locationId": row["agency"],
            "type": row["type"],
            "subType": row["sub_type"],
            "occurrenceDateTime": row["occurred"],
            "createdDateTime": row["created"],
            "text": text,
            "author": {"username": row["usernames"][0]},
            "amendments": [
                {
                    "text": p.text,
                    "author": {"username": p.author},
                    "createdDateTime": p.at,
                }
                for p in parts
            ],
        }
        created = note is None
        if note is None:
            known = [d for d in self.dps.values() if d["legacy_id"] == made]
            created = not known
            note = known[0]["id"] if known else self._new_dps(made, person)
        self._merge_into(note, row, text, parts)
        answer = {
            "id": note,
            "legacyId": made,
            "action": "CREATED" if created else "UPDATED",
        }
        mapped = options.pop("mapped", True)
        seq = self.call(
            "from-nomis-dps",
            "dps.put_sync_case_note",
            "PUT",
            "/sync/case-notes",
            body,
            201 if created else 200,
            answer,
            **options,
        )
        self.tell_dps("created" if created else "updated", note, seq, "NOMIS")
        if created and mapped:
            self.map(note, made, "NOMIS_CREATED")
        return note

    def migrate(self, made: int) -> str:
        """Load a NOMIS row into DPS as the migration does; returns the DPS id."""
        row = self.nomis[made]
        text, _ = split(row["text"])
        note = self._new_dps(made, row["prisoner"])
        self.dps[note]["text"] = text
        body = {
            "legacyId": made,
            "text": text,
            "type": row["type"],
            "subType": row["sub_type"],
            "author": {"username": row["usernames"][0]},
            "occurrenceDateTime": row["occurred"],
            "createdDateTime": row["created"],
        }
        path = f"/migrate/case-notes/{row['prisoner']}"
        answer = [{"legacyId": made, "id": note}]
        name = "dps.migrate_case_notes"
        self.call("from-nomis-dps", name, "POST", path, [body], 200, answer)
        return note

    def _new_dps(self, made: int, person: str) -> str:
        self._dps_id += 1
        note = f"019567d2-8d1c-7b4e-9a52-{self._dps_id:012x}"
        row = self.nomis[made]
        self.dps[note] = {
            "id": note,
            "legacy_id": made,
            "prisoner": person,
            "type": row["type"],
            "sub_type": row["sub_type"],
            "occurred": row["occurred"],
            "created": row["created"],
            "author": row["usernames"][0],
            "text": "",
            "system_generated": row["source"] == "AUTO",
            "system": "NOMIS",
            "location": "MDI",
            "sync_to_nomis": True,
            "sensitive": False,
            "amendments": [],
        }
        return note

    def _merge_into(
        self, note: str, row: dict[str, Any], text: str, parts: list[Part]
    ) -> None:
        mine = self.dps[note]
        if mine["text"] and mine["text"] != text:
            self.keep_audit(note, "UPDATE")
        mine.update(text=text.replace("\0", ""), occurred=row["occurred"])
        mine.update(type=row["type"], sub_type=row["sub_type"])
        held = [(one["author"], one["created"][:19]) for one in mine["amendments"]]
        for part in parts:
            if (part.author, part.at) not in held:
                self.dps_amendment(note, part.text, part.author, "NOMIS", part.at)

    def c4(self, note: str) -> None:
        """Delete a DPS note for NOMIS."""
        row = self.dps.get(note)
        if row is not None:
            self.keep_audit(note, "DELETE")
            del self.dps[note]
        name, path = "dps.delete_sync_case_note", f"/sync/case-notes/{note}"
        there = row is not None
        seq = self.call("from-nomis-dps", name, "DELETE", path, None, 204, wrote=there)
        if row is not None:
            self.tell_dps("deleted", note, seq, "NOMIS", row=row)

    def map(self, note: str, made: int, mapping_type: str) -> None:
        """Write a mapping row, unless the service answers 409."""
        if any(row["nomis_id"] == made for row in self.mapping):
            return
        self.mapping.append(
            {
                "dps_id": note,
                "nomis_id": made,
                "prisoner": self.nomis[made]["prisoner"],
                "booking": self.nomis[made]["booking"],
                "mapping_type": mapping_type,
            }
        )

    def unmap(self, note: str) -> None:
        """Take a DPS note's mapping rows away."""
        self.mapping = [row for row in self.mapping if row["dps_id"] != note]

    # -- the verdict ---------------------------------------------------------------

    def snapshots(self) -> dict[str, Any]:
        """Return the four services' state now, copied."""
        return {
            "nomis": {
                "notes": [dict(row) for row in self.nomis.values()],
                "alerts": [],
                "prisoners": [],
            },
            "dps": {
                "notes": [
                    {**row, "amendments": [dict(one) for one in row["amendments"]]}
                    for row in self.dps.values()
                ],
                "audit": [dict(row) for row in self.audit],
            },
            "mapping": {
                "notes": [dict(row) for row in self.mapping],
                "alerts": [dict(row) for row in self.alert_mappings],
            },
            "alerts": {"alerts": []},
        }

    def begin(self) -> None:
        """End the Given part: what stands now was seeded, and nobody wrote of it."""
        self.baseline = {"seq": len(self.entries), "snapshots": self.snapshots()}

    def evidence(self) -> Evidence:
        """Return the evidence as it stands now."""
        return Evidence(
            entries=self.entries,
            scope=[self.prisoner] if self.scope is None else self.scope,
            snapshots=self.snapshots(),
            ledger=self.ledger,
            settled=self.settled,
            expectations=self.expectations,
            baseline=self.baseline,
            limits=self.limits,
        )

    def judged(self) -> Verdict:
        """Judge the story as it stands now."""
        return judge(self.evidence())
