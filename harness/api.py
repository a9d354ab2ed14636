"""The world as steps, reports and tools see it: plain blocking calls, plain JSON.

`WorldApi` is one interface with two transports: in the simulated tier `call` enters
the world in this process, in the wire tier it is `harness.control.ControlClient.call`.
A test proves that it offers exactly the control methods of `harness.world.World`.
Every argument error is a `WorldError` that lists what exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Json = dict[str, Any]


class WorldApi:
    """Blocking calls into one world."""

    def __init__(self, call: Callable[[str, dict[str, Any]], Any]) -> None:
        """`call(method, arguments)` carries a call over and returns its result."""
        self._call = call

    # -- who takes part ----------------------------------------------------------

    def add_prison(
        self,
        code: str | None = None,
        nomis_screens: bool = True,
        dps_service: bool = True,
        alert_writer: str = "nomis",
    ) -> Json:
        """Add a prison; returns `{"code", "description"}`.

        `alert_writer` says who writes notes for alerts there: nomis, dps, both, none.
        """
        return self._document(
            "add_prison",
            code=code,
            nomis_screens=nomis_screens,
            dps_service=dps_service,
            alert_writer=alert_writer,
        )

    def add_staff(
        self,
        kind: str = "both",
        accounts: int = 1,
        prison: str | None = None,
        name: str | None = None,
    ) -> Json:
        """Add a member of staff known to NOMIS and DPS (`both`), or to one of them.

        `kind` is both, nomis or dps-only. Returns `{"staff_id", "usernames", "name"}`.
        """
        return self._document(
            "add_staff", kind=kind, accounts=accounts, prison=prison, name=name
        )

    def add_prisoner(self, prison: str) -> Json:
        """Add a prisoner with one booking; returns `{"prisoner", "booking"}`."""
        return self._document("add_prisoner", prison=prison)

    # -- what users do -----------------------------------------------------------

    def act(
        self,
        service: str,
        operation: str,
        path: Json | None = None,
        query: Json | None = None,
        body: Any = None,
        user: str | None = None,
        roles: list[str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Json:
        """Perform one operation of a service as a user; returns `{"status", "body"}`.

        `operation` is its operationId. A call that got no answer returns status 0
        and `dropped` (reset, hang or refused).
        """
        return self._document(
            "act",
            service=service,
            operation=operation,
            path=path,
            query=query,
            body=body,
            user=user,
            roles=roles,
            headers=headers,
        )

    def write_note_as_dps_user(
        self,
        prisoner: str,
        user: str,
        text: str,
        type: str = "GEN",  # noqa: A002 - the domain's word
        sub_type: str = "OSE",
        occurred: str | None = None,
    ) -> Json:
        """Write a note in the DPS front end, which chooses the path by the prison.

        Returns `{"status", "body", "path"}` with path dps, legacy or none (refused).
        """
        return self._document(
            "write_note_as_dps_user",
            prisoner=prisoner,
            user=user,
            text=text,
            type=type,
            sub_type=sub_type,
            occurred=occurred,
        )

    def amend_note_as_dps_user(
        self, prisoner: str, user: str, note: str, text: str
    ) -> Json:
        """Amend a note in the DPS front end; `note` is its id on the path in use."""
        return self._document(
            "amend_note_as_dps_user",
            prisoner=prisoner,
            user=user,
            note=note,
            text=text,
        )

    # -- faults, time, switches --------------------------------------------------

    def hold(
        self,
        subjects: list[str] | None = None,
        queue: str | None = None,
        type: str | None = None,  # noqa: A002 - the domain's word
    ) -> str:
        """Hold deliveries (of those subjects, all without); returns the hold's id."""
        held: str = self._ask("hold", subjects=subjects, queue=queue, type=type)
        return held

    def release(self, id: str) -> None:  # noqa: A002 - what `hold` returned
        """Let a hold's deliveries go."""
        self._ask("release", id=id)

    def fault(self, service: str, kind: str, **fields: Any) -> str:
        """Plan a fault of calls to a service; fields as `simulators.wire` Fault."""
        identifier: str = self._ask("fault", service=service, kind=kind, fields=fields)
        return identifier

    def delivery_fault(self, kind: str, **fields: Any) -> str:
        """Plan a fault of deliveries: duplicate, delay, drop, lose_ack, reorder, ..."""
        identifier: str = self._ask("delivery_fault", kind=kind, fields=fields)
        return identifier

    def clear_faults(self, ids: list[str] | None = None) -> None:
        """Remove the given faults; all of them without `ids`."""
        self._ask("clear_faults", ids=ids)

    def await_fault(
        self,
        id: str,  # noqa: A002 - what `fault` returned
        timeout: float | None = None,
    ) -> bool:
        """Wait until a call fault was applied; False when `timeout` seconds pass.

        Without one it waits as long as settling does.
        """
        applied: bool = self._ask("await_fault", id=id, timeout=timeout)
        return applied

    def outage(self, service: str, on: bool) -> None:
        """Start or end an outage: connections to the service are refused."""
        self._ask("outage", service=service, on=on)

    def calendar(self, moment: str) -> None:
        """Set the business time; ISO local date-time, London."""
        self._ask("calendar", moment=moment)

    def switch(self, name: str, scope: str, on: bool | str) -> None:
        """Flip a switch of a prison: nomis-screens, dps-service or alert-writer."""
        self._ask("switch", name=name, scope=scope, on=on)

    def set_targets(
        self, kinds: dict[str, str], admin: dict[str, list[str]], grace: float
    ) -> None:
        """Tell the world its halves: target kinds, instances' URLs, quiet seconds."""
        self._ask("set_targets", kinds=kinds, admin=admin, grace=grace)

    def note_switch(self, half: str, event_type: str, on: bool) -> None:
        """Note in the journal that a half's event switch was flipped."""
        self._ask("note_switch", half=half, event_type=event_type, on=on)

    def note_half(self, half: str, action: str) -> None:
        """Tell the world what became of a half: started, stopped or killed."""
        self._ask("note_half", half=half, action=action)

    # -- what no user could do ---------------------------------------------------

    def option(self, name: str, value: Any) -> None:
        """Set an odd way of a real system; `harness.fakeoptions` lists them."""
        self._ask("option", name=name, value=value)

    def seed_note(self, note: Json) -> int:
        """Put a historic note into NOMIS without an event; returns its id."""
        identifier: int = self._ask("seed_note", note=note)
        return identifier

    def tamper(
        self, note: int | str, text: str | None = None, where: str = "nomis"
    ) -> None:
        """Change the text of a copy, or (None) remove it, without any event.

        `where` is nomis, dps, or mapping: the last takes away a NOMIS row's mapping.
        """
        self._ask("tamper", note=note, text=text, where=where)

    def redeliver(self, seq: int) -> None:
        """Publish an event of the journal once more."""
        self._ask("redeliver", seq=seq)

    def redrive(self, queue: str, scope: list[str]) -> int:
        """Send the dead letters of `queue` about the scope again; how many."""
        moved: int = self._ask("redrive", queue=queue, scope=scope)
        return moved

    def missing_alert_notes(self, scope: list[str]) -> list[Json]:
        """Return what DPS's alert reconciliation reported missing."""
        missing: list[Json] = self._ask("missing_alert_notes", scope=scope)
        return missing

    def migrate(self, prisoner: str) -> list[Json]:
        """Load a prisoner's NOMIS notes into DPS and map them, in the sync's place."""
        pairs: list[Json] = self._ask("migrate", prisoner=prisoner)
        return pairs

    # -- waiting and judging -----------------------------------------------------

    def settle(
        self, scope: list[str] | None = None, timeout: float | None = None
    ) -> Json:
        """Wait until nothing moves; returns `{"settled", "seconds", "waiting"}`."""
        return self._document("settle", scope=scope, timeout=timeout)

    def judge(
        self, scope: list[str], expectations: Json | None = None, since: int = 0
    ) -> Json:
        """Ask the oracle about the prisoners' notes since a journal seq."""
        return self._document(
            "judge", scope=scope, expectations=expectations, since=since
        )

    def late_effects(self) -> list[Json]:
        """Return the sync's writes to prisoners' notes after they were judged last.

        Each is `{"prisoner", "client", "seq"}`; such a verdict is no longer to be
        believed.
        """
        late: list[Json] = self._ask("late_effects")
        return late

    def keep_baseline(self, scope: list[str]) -> None:
        """Keep the prisoners' present state as where the scenario starts from."""
        self._ask("keep_baseline", scope=scope)

    def snapshot(self, scope: list[str] | None = None) -> Json:
        """Return the state of nomis, dps, mapping and alerts for the prisoners."""
        return self._document("snapshot", scope=scope)

    def timeline(
        self, scope: list[str], since: int = 0, notes: list[str] | None = None
    ) -> str:
        """Draw the history of the prisoners (or only of some notes), in order."""
        text: str = self._ask("timeline", scope=scope, since=since, notes=notes)
        return text

    def explain(
        self,
        scope: list[str],
        expectations: Json | None = None,
        since: int = 0,
        notes: list[str] | None = None,
    ) -> Json:
        """Return `harness.oracle.explain` of the prisoners' notes (or of some)."""
        return self._document(
            "explain", scope=scope, expectations=expectations, since=since, notes=notes
        )

    def journal(
        self,
        since: int = 0,
        scope: list[str] | None = None,
        kinds: list[str] | None = None,
    ) -> list[Json]:
        """Return journal entries from `since` on, for the prisoners, of the kinds."""
        entries: list[Json] = self._ask(
            "journal", since=since, scope=scope, kinds=kinds
        )
        return entries

    def ledger(self, scope: list[str] | None = None) -> list[Json]:
        """Return message copies and what became of each."""
        copies: list[Json] = self._ask("ledger", scope=scope)
        return copies

    def quarantine(self, scope: list[str]) -> int:
        """Take the scope's messages that still move away; returns how many."""
        taken: int = self._ask("quarantine", scope=scope)
        return taken

    def queues(self) -> list[Json]:
        """Return each queue's name, owner, counts and parked long polls."""
        queues: list[Json] = self._ask("queues")
        return queues

    def mark(self, text: str, scenario: str) -> int:
        """Write a `step` entry; returns its seq."""
        seq: int = self._ask("mark", text=text, scenario=scenario)
        return seq

    def begin(self, scenario: str) -> int:
        """Note that a scenario begins; returns the seq to judge it from."""
        seq: int = self._ask("begin", scenario=scenario)
        return seq

    def load(self, action: str, **fields: Any) -> Json:
        """Ask something of a load run; `harness.loadrun.desk.Desk` has the actions.

        `begin`, `trouble`, `look` and `report` return what was measured so far.
        """
        return self._document("load", action=action, fields=fields)

    def judge_load(self, scope: list[str], since: int = 0) -> Json:
        """Judge a load run, also prisoners whose entries have left memory.

        Returns a verdict's document, and how many prisoners were `folded` (found right
        and counted) and how many judged `from_disk`; `limited_count` counts all;
        `gaps` say what of the evidence is not there any more.
        """
        return self._document("judge_load", scope=scope, since=since)

    def about(self) -> Json:
        """Return tier facts: addresses, seed, mode, calendar, services, operations."""
        return self._document("about")

    def _ask(self, method: str, /, **arguments: Any) -> Any:
        return self._call(method, arguments)

    def _document(self, method: str, /, **arguments: Any) -> Json:
        document: Json = self._call(method, arguments)
        return document
