"""What users do at the NOMIS screens in a told history."""

from __future__ import annotations

from typing import Any

from harness.oracle.codec import Part, split, stored
from tests.oracle.story_dps import DpsUsers
from tests.oracle.story_journal import USER


class NomisUsers(DpsUsers):
    """Officers at the screens; every write is told to the sync."""

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
