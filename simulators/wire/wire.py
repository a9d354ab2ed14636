"""The Wire: every call to every fake passes here, in every tier alike.

The order of one call: route, token (401), the journal, admission (`admission.py`),
faults before the write, the operation, its answer held against the contract, its
events published, faults after the write, the journal again.
"""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from contracts import NoRoute, Problem
from simulators.wire import pages
from simulators.wire.admission import caller_of, refusal
from simulators.wire.faults import Faults
from simulators.wire.message import Dropped, Request, Response, answer
from simulators.wire.record import (
    CAUSE,
    NOBODY,
    Passage,
    write_request,
    write_response,
)
from simulators.wire.service import Call, Refused, UpstreamFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from contracts import Operation
    from simulators.clock import Clock
    from simulators.journal import Journal
    from simulators.wire.faults import Fault
    from simulators.wire.message import Caller, OutboxEvent
    from simulators.wire.pacing import Draw, Pace
    from simulators.wire.service import Service, Tokens

    Publish = Callable[[str, list[OutboxEvent], str | None], Awaitable[None]]

UNAUTHORISED = 401
FAILED = 400


class ContractBroken(Exception):  # noqa: N818 - reported as data in `Wire.broken`
    """A fake answered something that its own contract does not allow."""

    def __init__(
        self, service: str, operation: str, status: int, found: list[Problem]
    ) -> None:
        """Name the service, operation and status, and list the problems."""
        listed = "; ".join(str(problem) for problem in found)
        super().__init__(f"{service} {operation} answered {status}: {listed}")
        self.problems = found


class Wire:
    """Carries calls to fakes. `broken` collects what a fake itself did wrong.

    `open` counts calls that are journalled and not yet answered: settling waits for 0.
    `pace`, when set, gives calls service times; `touch` hears, before the operation,
    whom a call names and whether it may write.
    `publish(service, events, cause)` takes the events a call caused; `cause` is
    `request:<seq>`, the journal entry of that call.
    """

    def __init__(
        self, clock: Clock, journal: Journal, tokens: Tokens, publish: Publish
    ) -> None:
        """Start without services; `add` each."""
        self.services: dict[str, Service] = {}
        self.faults = Faults(journal)
        self.broken: list[Exception] = []
        self.open = 0
        self.pace: Pace | None = None
        self.touch: Callable[[frozenset[str], bool], None] | None = None
        self._down: set[str] = set()
        self._clock = clock
        self._journal = journal
        self._tokens = tokens
        self._publish = publish
        self._tasks: set[asyncio.Task[Response]] = set()

    def add(self, service: Service) -> None:
        """Serve `service` under its name."""
        self.services[service.name] = service

    def outage(self, service: str, on: bool) -> None:
        """Refuse every call to `service` while `on`."""
        self._service(service)
        (self._down.add if on else self._down.discard)(service)

    def down(self, service: str) -> bool:
        """Tell whether `service` has an outage."""
        return service in self._down

    async def handle(
        self,
        service_name: str,
        request: Request,
        gone: Callable[[], bool] | None = None,
    ) -> Response:
        """Answer one request; raises `Dropped` when the caller gets no answer.

        `gone` tells, at the end, whether the caller has left: an answer nobody took is
        journalled as lost. Do not cancel this coroutine when a caller gives up: a
        real service goes on. `exchange` does it right.
        """
        service = self._service(service_name)
        if service_name in self._down:
            raise Dropped("refused")
        match = service.contract.match(request.method, request.path)
        if isinstance(match, NoRoute):
            page = pages.answer_page(service, request)
            if page is not None:
                return page
        caller = caller_of(self._tokens, service, match, request)
        self.open += 1
        try:
            passage = self._enter(service, match, request, caller or NOBODY)
            if caller is None:
                return self._leave(passage, service.errors.unauthorised(), gone)
            if isinstance(match, NoRoute):
                refused = service.errors.no_route(request, match.reason)
                return self._leave(passage, refused, gone)
            return await self._pass(passage, gone)
        finally:
            self.open -= 1

    async def exchange(self, service: str, request: Request, wait: float) -> Response:
        """Call `service` in process, as a client with a time-out of `wait` seconds.

        Raises `Dropped` with how = timeout, reset or refused. The service finishes its
        work when the caller has gone, as a real one does.
        """
        left = False
        task = asyncio.ensure_future(self.handle(service, request, lambda: left))
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        until = self._clock.stopwatch() + wait
        try:
            await asyncio.wait((task,), timeout=wait)
            if task.done():
                return task.result()
        except Dropped as dropped:
            if dropped.how != "hang":
                raise
            await self._clock.sleep(max(0.0, until - self._clock.stopwatch()))
        finally:
            left = True
        raise Dropped("timeout")

    async def upstream(
        self,
        source: str,
        service: str,
        request: Request,
        *,
        cause: str | None = None,
        wait: float = 2.0,  # seconds, as offender-case-notes (http-contracts 0.1)
    ) -> Response:
        """Call `service` as the fake `source`; `UpstreamFailed` when unanswered."""
        request.headers["authorization"] = f"Bearer {self._tokens.own(source)}"
        if cause is not None:
            request.headers[CAUSE] = cause
        try:
            return await self.exchange(service, request, wait)
        except Dropped as dropped:
            raise UpstreamFailed(service, dropped.how) from None

    async def _relay(
        self, call: Call, service: str, request: Request, wait: float
    ) -> Response:
        cause = call.request.headers.get(CAUSE)
        return await self.upstream(
            call.service, service, request, cause=cause, wait=wait
        )

    def _finished(self, task: asyncio.Task[Response]) -> None:
        self._tasks.discard(task)
        # A caller that left never asks for the outcome; asyncio would complain.
        if not task.cancelled():
            task.exception()

    def _service(self, name: str) -> Service:
        service = self.services.get(name)
        if service is None:
            known = ", ".join(sorted(self.services))
            raise LookupError(f"no service {name!r} on the Wire; it has: {known}")
        return service

    def _enter(
        self,
        service: Service,
        match: tuple[Operation, dict[str, str]] | NoRoute,
        request: Request,
        caller: Caller,
    ) -> Passage:
        operation, path = (None, {}) if isinstance(match, NoRoute) else match
        entry, user, named = write_request(
            self._journal, service.name, operation, request, caller
        )
        if self.touch is not None:
            # A booking's id is no subject, yet often all that names an alert.
            booking = path.get("bookingId", "")
            whom = named | {booking} if booking.isdecimal() else named
            self.touch(whom, operation is not None and operation.writes)
        call = Call(
            service=service.name,
            request=request,
            operation=operation,  # type: ignore[arg-type] # None is never passed on
            path=path,
            query=_query(request.query),
            caller=caller,
            clock=self._clock,
            user=user,
            entry=entry,
            relay=self._relay,
        )
        return Passage(service, call, named)

    async def _pass(
        self, passage: Passage, gone: Callable[[], bool] | None
    ) -> Response:
        service = passage.service.name
        refused = await self._refusal(passage)
        if refused is not None:
            return self._leave(passage, self._held(passage, refused), gone)
        if self.faults.armed(service, "before"):
            fault = await self._suffer(passage, "before")
            if fault is not None:
                return self._cut(passage, fault, None)
        if self.pace is None:
            return await self._serve(passage, gone)
        operation = passage.call.operation.id
        async with self.pace.turn(service, operation):
            return await self._serve(passage, gone, self.pace.draw(service, operation))

    async def _serve(
        self,
        passage: Passage,
        gone: Callable[[], bool] | None,
        times: Draw | None = None,
    ) -> Response:
        """Do what was asked; `times`: how long that takes, or that it is refused."""
        service = passage.service.name
        if times is not None:
            await self._clock.sleep(times.before)
            if times.status is not None:
                refused = _faulty(passage.service, times.status)
                return self._leave(passage, refused, gone)
        response = self._held(passage, await self._operate(passage))
        if passage.service.outbox:
            await self._post(passage)
        if times is not None:
            await self._clock.sleep(times.after)
        if self.faults.armed(service, "after"):
            fault = await self._suffer(passage, "after")
            if fault is not None:
                return self._cut(passage, fault, response)
        return self._leave(passage, response, gone)

    async def _refusal(self, passage: Passage) -> Response | None:
        try:
            return await refusal(passage.service, passage.call)
        except Refused as refused:
            return refused.response
        except Exception as error:  # noqa: BLE001 - any failure is the service's 500
            return self._crashed(passage, error)

    async def _operate(self, passage: Passage) -> Response:
        service, call = passage.service, passage.call
        try:
            function = service.operations[call.operation.id]
            result = function(service.model, call)
            response: Response = (
                result if isinstance(result, Response) else await result
            )
        except Refused as refused:
            return refused.response
        except Exception as error:  # noqa: BLE001 - any failure is the service's 500
            return self._crashed(passage, error)
        passage.wrote = (
            call.operation.writes and response.status < FAILED
            if call.wrote is None
            else call.wrote
        )
        return response

    def _crashed(self, passage: Passage, error: Exception) -> Response:
        # An upstream fault is part of the play; anything else is a fault of the fake.
        if not isinstance(error, UpstreamFailed):
            error.add_note("".join(traceback.format_exception(error)))
            self.broken.append(error)
        return passage.service.errors.crashed(passage.call, error)

    def _held(self, passage: Passage, response: Response) -> Response:
        """Hold an answer against the fake's own contract."""
        operation = passage.call.operation
        found = operation.check_response(response.status, passage.document(response))
        if not found:
            return response
        name = passage.service.name
        broken = ContractBroken(name, operation.id, response.status, found)
        self.broken.append(broken)
        return passage.service.errors.crashed(passage.call, broken)

    async def _post(self, passage: Passage) -> None:
        """Publish what the operation caused: after its write, before its answer."""
        outbox = passage.service.outbox
        events = outbox[:]
        outbox.clear()
        passage.wrote = True
        try:
            cause = f"request:{passage.call.entry}"
            await self._publish(passage.service.name, events, cause)
        except Exception as error:  # noqa: BLE001 - the write stands; the run must fail
            self.broken.append(error)

    async def _suffer(self, passage: Passage, phase: str) -> Fault | None:
        """Apply the faults whose turn this is; returns the one that ends the call."""
        taken = self.faults.take(phase, passage.call, passage.subjects)
        for name, fault in taken:
            passage.fault = name
            if fault.delay:
                await self._clock.sleep(fault.delay)
            if fault.kind != "delay":
                return fault
        return None

    def _cut(
        self, passage: Passage, fault: Fault, response: Response | None
    ) -> Response:
        """End a call by a fault; `response` is the true answer that is lost by it."""
        if fault.status is None:
            write_response(self._journal, passage, response, sent=None, lost=True)
            raise Dropped("refused" if fault.kind == "refuse" else fault.kind)
        faulty = _faulty(passage.service, fault.status)
        write_response(
            self._journal,
            passage,
            faulty if response is None else response,
            sent=fault.status,
            lost=response is not None,
        )
        return faulty

    def _leave(
        self,
        passage: Passage,
        response: Response,
        gone: Callable[[], bool] | None,
    ) -> Response:
        lost = gone is not None and gone()
        sent = None if lost else response.status
        write_response(self._journal, passage, response, sent=sent, lost=lost)
        return response


def _query(text: str) -> dict[str, list[str]]:
    return parse_qs(text, keep_blank_values=True) if text else {}


def _faulty(service: Service, status: int) -> Response:
    """Return the service's own body for a status that a fault asks for."""
    if status == UNAUTHORISED and service.contract.secured:
        return service.errors.unauthorised()
    own: Callable[[int], Response] | None = getattr(service.errors, "status", None)
    if own is not None:
        return own(status)
    return answer(status, {"status": status, "developerMessage": "Fault injected"})
