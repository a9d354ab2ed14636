"""What users do in DPS in a told history."""

from __future__ import annotations

from typing import Any

from tests.oracle.story_journal import USER, Journal


class DpsUsers(Journal):
    """Users of DPS; every write is told to the sync."""

    def dps_create(
        self,
        text: str = "Met on the wing.",
        *,
        user: str = USER,
        synced: bool = True,
        sensitive: bool = False,
        generated: bool = False,
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
            "system_generated": generated,
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
