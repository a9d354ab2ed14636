"""The DPS front end: which service a DPS user's note goes to.

Where the DPS service is on for the prisoner's prison, the DPS case notes API takes it.
Where it is off, the legacy path does: prison-api, which writes straight to NOMIS. With
the NOMIS screens off as well, nobody may write there and the front end refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.cast import Cast
    from harness.switches import Switches
    from harness.users import Users

_FORBIDDEN = 403
DPS, LEGACY, NONE = "dps", "legacy", "none"


class FrontEnd:
    """Chooses the path of a DPS user's action by the prisoner's prison."""

    def __init__(self, users: Users, cast: Cast, switches: Switches) -> None:
        """Ask `cast` where a prisoner is and `switches` what is on there."""
        self._users = users
        self._cast = cast
        self._switches = switches

    def path_for(self, prisoner: str) -> str:
        """Return dps, legacy or none."""
        prison = self._cast.prison_of(prisoner)
        if self._switches.on("dps-service", prison):
            return DPS
        return LEGACY if self._switches.on("nomis-screens", prison) else NONE

    async def write_note(
        self,
        prisoner: str,
        user: str,
        text: str,
        type: str,  # noqa: A002 - the domain's word
        sub_type: str,
        occurred: str | None,
    ) -> dict[str, Any]:
        """Write a note; returns `{"status", "body", "path"}`."""
        path = self.path_for(prisoner)
        if path == NONE:
            return self._refuse(prisoner)
        body = {"type": type, "subType": sub_type, "text": text}
        if occurred is not None:
            body["occurrenceDateTime"] = occurred
        if path == DPS:
            body["locationId"] = self._cast.prison_of(prisoner)
            result = await self._users.act(
                "dps",
                "create_case_note",
                {"personIdentifier": prisoner},
                body=body,
                user=user,
            )
        else:
            result = await self._users.act(
                "prison-api",
                "create_legacy_case_note",
                {"offenderNo": prisoner},
                body=body,
                user=user,
            )
        return {**result, "path": path}

    async def amend_note(
        self, prisoner: str, user: str, note: str, text: str
    ) -> dict[str, Any]:
        """Amend a note by its id on the path in use; as `write_note`."""
        path = self.path_for(prisoner)
        if path == NONE:
            return self._refuse(prisoner)
        if path == DPS:
            result = await self._users.act(
                "dps",
                "amend_case_note",
                {"personIdentifier": prisoner, "caseNoteIdentifier": note},
                body={"text": text},
                user=user,
            )
        else:
            result = await self._users.act(
                "prison-api",
                "amend_legacy_case_note",
                {"offenderNo": prisoner, "caseNoteId": note},
                body={"text": text},
                user=user,
            )
        return {**result, "path": path}

    def _refuse(self, prisoner: str) -> dict[str, Any]:
        prison = self._cast.prison_of(prisoner)
        message = (
            f"Case notes cannot be written at {prison}: the DPS service and the NOMIS "
            "screens are both switched off there"
        )
        return {
            "status": _FORBIDDEN,
            "body": {"status": _FORBIDDEN, "userMessage": message},
            "path": NONE,
        }
