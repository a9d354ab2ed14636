"""What a sync calls in a told history, one operation at a time."""

from __future__ import annotations

from typing import Any

from harness.oracle.codec import Part, split, stored
from tests.oracle.story_journal import SYNC
from tests.oracle.story_nomis import NomisUsers


class SyncCalls(NomisUsers):
    """The single steps of a sync: creates, updates, deletes, mappings."""

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
