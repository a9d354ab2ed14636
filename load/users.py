"""Whom Locust sends: officers at the NOMIS screens and users of DPS.

Each serves arrivals of one side, one at a time: `waiting` holds those that came, with
their intended moments, and `sessions` the load that is running, if one is.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gevent.queue import Empty, Queue
from locust import FastHttpUser, task

from load.arrivals import (
    ALERT,
    AMEND,
    CREATE,
    DELETE,
    DPS,
    NOMIS,
    READ,
    SIDES,
    Arrival,
)

if TYPE_CHECKING:
    from load.session import Act, Session

LATE = 0.05
"""Seconds after its moment from which an arrival counts as late."""
FORBIDDEN, GONE = 403, 404

sessions: list[Session] = []
waiting: dict[str, Queue[tuple[float, Arrival]]] = {side: Queue() for side in SIDES}


class _Person(FastHttpUser):
    """Serves arrivals of one side, one at a time."""

    abstract = True
    side: str
    moment = 0.0

    @task
    def serve(self) -> None:
        """Take the next arrival, if there is one, and do what it says."""
        try:
            moment, arrival = waiting[self.side].get(timeout=0.2)
        except Empty:
            return
        load = sessions[-1]
        load.sent += 1
        load.late += time.monotonic() - moment > LATE
        self.moment = moment
        self.act(load, arrival)
        self.environment.events.request.fire(
            request_type="INTENDED",
            name=self.side,
            response_time=(time.monotonic() - moment) * 1000,
            response_length=0,
            exception=None,
            context={},
        )

    def act(self, load: Session, arrival: Arrival) -> None:
        """Do what the arrival says; without a note to act upon write one."""
        if arrival.action == ALERT:
            self.alert(load, arrival)
            return
        if load.rollout and arrival.action != CREATE:
            about = self.look(load, arrival)
            if arrival.action == READ:
                return
        else:
            about = load.choose(self.side, arrival)
        if arrival.action == CREATE or about is None:
            self.create(load, arrival)
        else:
            acts = {AMEND: self.amend, DELETE: self.delete}
            acts.get(arrival.action, self.read)(load, arrival, *about)

    def look(self, load: Session, arrival: Arrival) -> tuple[str, str] | None:
        """List a prisoner's notes; returns prisoner and note to act upon, if any."""
        raise NotImplementedError

    def pick(
        self, load: Session, arrival: Arrival, rows: list[Any], text: str
    ) -> tuple[str, str] | None:
        """Pick a note of this run from a list whose rows keep their text in `text`."""
        ours = [row for row in rows if row[text].startswith("Arrival ")]
        found = load.pick(
            arrival, [(str(r["caseNoteId"]), len(r["amendments"])) for r in ours]
        )
        return None if found is None else (load.prisoner(arrival), found)

    def create(self, load: Session, arrival: Arrival) -> None:
        """Write a note."""
        raise NotImplementedError

    def amend(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Amend a note that this run has written."""
        raise NotImplementedError

    def alert(self, load: Session, arrival: Arrival) -> None:
        """Raise an alert."""
        raise NotImplementedError

    def read(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Read it."""
        raise NotImplementedError

    def delete(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Delete it."""
        raise NotImplementedError

    def ask(
        self,
        load: Session,
        arrival: Arrival,
        what: str,
        path: str,
        body: Any = None,
        act: Act | None = None,
    ) -> Any:
        """Send one request of the user's; `what` is `METHOD service name`.

        `act` is what it changes, if it does.
        """
        method, service, name = what.split(" ", 2)
        sent = time.time()
        with self.client.request(
            method,
            load.services[service] + path,
            name=f"{self.side} {name}",
            headers=load.headers(arrival),
            json=body,
            catch_response=True,
        ) as answer:
            if answer.status_code == GONE and arrival.action != CREATE:
                # Somebody else deleted the note first, or it is not there yet.
                answer.success()
                load.overtaken += 1
                return None
            off = answer.status_code == FORBIDDEN and self.side == NOMIS
            if off and load.rollout:
                # The screen was switched off just now: the officer turns to DPS.
                answer.success()
                load.turned += 1
                load.came += 1
                waiting[DPS].put((self.moment, replace(arrival, side=DPS)))
                return None
            found = answer.json() if answer.content and answer.ok else None
            if act and answer.ok:
                load.tell(arrival, service, act, sent, found)
            return found


class Officer(_Person):
    """An officer at the NOMIS screens."""

    side = NOMIS
    weight = SIDES[NOMIS]

    def look(self, load: Session, arrival: Arrival) -> tuple[str, str] | None:
        """List the notes at the screen, and pick one."""
        path = f"/prisoners/{load.prisoner(arrival)}/case-notes"
        found = self.ask(load, arrival, "GET nomis-screens list", path)
        return self.pick(
            load, arrival, (found or {}).get("caseNotes", []), "caseNoteText"
        )

    def create(self, load: Session, arrival: Arrival) -> None:
        """Write a note at the screen."""
        prisoner = load.prisoner(arrival)
        path = f"/prisoners/{prisoner}/case-notes"
        body = {"type": "GEN", "subType": "OSE", "text": load.words(arrival)}
        written = self.ask(
            load,
            arrival,
            "POST nomis-screens create",
            path,
            body,
            (CREATE, prisoner, ""),
        )
        load.keep(NOMIS, prisoner, written)

    def amend(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Append an amendment at the screen."""
        path = f"/case-notes/{note}/amendments"
        body = {"text": load.words(arrival)}
        act = AMEND, prisoner, note
        self.ask(load, arrival, "POST nomis-screens amend", path, body, act)

    def alert(self, load: Session, arrival: Arrival) -> None:
        """Raise an alert at the screen: NOMIS may write a note by its trigger."""
        prisoner = load.prisoner(arrival)
        path = f"/prisoners/{prisoner}/alerts"
        body = {"code": load.alert_code(prisoner)}
        self.ask(load, arrival, "POST nomis-screens alert", path, body)

    def read(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """List the prisoner's notes."""
        path = f"/prisoners/{prisoner}/case-notes"
        self.ask(load, arrival, "GET nomis-screens list", path)

    def delete(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Delete a note at the screen."""
        load.forget(NOMIS, prisoner, note)
        act = DELETE, prisoner, note
        path = f"/case-notes/{note}"
        self.ask(load, arrival, "DELETE nomis-screens delete", path, None, act)


class DpsUser(_Person):
    """A user of DPS case notes."""

    side = DPS
    weight = SIDES[DPS]

    def look(self, load: Session, arrival: Arrival) -> tuple[str, str] | None:
        """List the notes in DPS, and pick one; by the legacy path only look."""
        prisoner = load.prisoner(arrival)
        if load.by_nomis(arrival):
            path = f"/api/offenders/{prisoner}/case-notes"
            self.ask(load, arrival, "GET prison-api list", path)
            return None
        path = f"/search/case-notes/{prisoner}"
        page = {"includeSensitive": False, "page": 1, "size": 5_000}
        found = self.ask(load, arrival, "POST dps list", path, page)
        return self.pick(load, arrival, (found or {}).get("content", []), "text")

    def create(self, load: Session, arrival: Arrival) -> None:
        """Write a note in DPS, or by its legacy path where DPS is not live."""
        prisoner = load.prisoner(arrival)
        body = {"type": "GEN", "subType": "OSE", "text": load.words(arrival)}
        act = CREATE, prisoner, ""
        if load.rollout and load.by_nomis(arrival):
            path = f"/api/offenders/{prisoner}/case-notes"
            self.ask(load, arrival, "POST prison-api create", path, body, act)
            return
        path = f"/case-notes/{prisoner}"
        written = self.ask(load, arrival, "POST dps create", path, body, act)
        load.keep(DPS, prisoner, written)

    def amend(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Amend a note in DPS."""
        path = f"/case-notes/{prisoner}/{note}"
        body = {"text": load.words(arrival)}
        act = AMEND, prisoner, note
        self.ask(load, arrival, "PUT dps amend", path, body, act)

    def alert(self, load: Session, arrival: Arrival) -> None:
        """Raise an alert in DPS: its service of case notes may write a note of it."""
        prisoner = load.prisoner(arrival)
        path = f"/prisoners/{prisoner}/alerts"
        body = {"alertCode": load.alert_code(prisoner)}
        self.ask(load, arrival, "POST alerts alert", path, body)

    def read(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Read a note in DPS."""
        path = f"/case-notes/{prisoner}/{note}"
        self.ask(load, arrival, "GET dps read", path)

    def delete(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Delete a note in DPS, as its administrators can."""
        load.forget(DPS, prisoner, note)
        path = f"/case-notes/{prisoner}/{note}"
        self.ask(
            load, arrival, "DELETE dps delete", path, None, (DELETE, prisoner, note)
        )
