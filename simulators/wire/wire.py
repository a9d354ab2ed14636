"""The Wire: every call to every fake passes here, in every tier alike.

The order of one call: route, token (401), the service's `before` hook, parameters,
body, roles (403; before parameters where the real service does so), faults before the
write, the operation, its answer held against the contract, its events published,
faults after the write, the journal. http-contracts 0.3 is the source of the order.
"""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from contracts import NoRoute, Problem
from simulators.subjects import subjects
from simulators.wire import pages
from simulators.wire.body import (
    Unreadable,
    kept_request,
    kept_response,
    read_form,
    read_json,
)
from simulators.wire.faults import Faults
from simulators.wire.message import Caller, Dropped, Request, Response, answer
from simulators.wire.service import Call, Refused, UpstreamFailed, outgoing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from contracts import Operation
    from simulators.clock import Clock
    from simulators.journal import Journal
    from simulators.wire.faults import Fault
    from simulators.wire.message import OutboxEvent
    from simulators.wire.service import Service, Tokens

    Publish = Callable[[str, list[OutboxEvent], str | None], Awaitable[None]]

CAUSE = "x-tandem-cause"
UNAUTHORISED = 401
FAILED = 400

NOBODY = Caller("", "", frozenset(), {})


class ContractBroken(Exception):  # noqa: N818 - reported as data in `Wire.broken`
    """A fake answered something that its own contract does not allow."""

    def __init__(
        self, service: str, operation: str, status: int, found: list[Problem]
    ) -> None:
        """Name the service, operation and status, and list the problems."""
        listed = "; ".join(str(problem) for problem in found)
        super().__init__(f"{service} {operation} answered {status}: {listed}")
        self.problems = found


@dataclass(slots=True)
class _Passage:
    """What the Wire knows of one call beside the call itself."""

    service: Service
    call: Call
    subjects: frozenset[str]
    cause: str | None
    wrote: bool = False
    fault: str | None = None


class Wire:
    """Carries calls to fakes. `broken` collects what a fake itself did wrong.

    `open` counts calls that have been journalled and not yet answered: settling waits
    for 0. `publish(service, events, cause)` takes the events a call caused; `cause` is
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
        """Refuse every call to `service` while `on` (in-process and by prefix)."""
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

        `gone` tells, at the end, whether the caller still waits: an answer nobody took
        is journalled as lost. Do not cancel this coroutine when a caller gives up: a
        real service goes on; use `exchange`.
        """
        service = self._service(service_name)
        if service_name in self._down:
            raise Dropped("refused")
        match = service.contract.match(request.method, request.path)
        if isinstance(match, NoRoute):
            page = pages.answer_page(service, request)
            if page is not None:
                return page
        caller = self._caller(service, match, request)
        passage = self._journal_request(service, match, request, caller)
        self.open += 1
        try:
            return await self._pass(passage, match, caller, gone)
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
        started = self._clock.stopwatch()
        try:
            return await asyncio.wait_for(asyncio.shield(task), wait)
        except TimeoutError:
            raise Dropped("timeout") from None
        except Dropped as dropped:
            if dropped.how != "hang":
                raise
            await self._clock.sleep(wait - (self._clock.stopwatch() - started))
            raise Dropped("timeout") from None
        finally:
            left = True

    async def upstream(
        self,
        source: str,
        service: str,
        request: Request,
        *,
        cause: str | None = None,
        wait: float = 2.0,
    ) -> Response:
        """Call `service` as the fake `source`; `UpstreamFailed` when unanswered."""
        headers = request.headers
        headers["authorization"] = f"Bearer {self._tokens.own(source)}"
        if cause is not None:
            headers.setdefault(CAUSE, cause)
        try:
            return await self.exchange(service, request, wait)
        except Dropped as dropped:
            raise UpstreamFailed(service, dropped.how) from None

    def _finished(self, task: asyncio.Task[Response]) -> None:
        self._tasks.discard(task)
        # A caller that left never asks for the outcome; asyncio would complain.
        if not task.cancelled():
            task.exception()

    def _service(self, name: str) -> Service:
        try:
            return self.services[name]
        except KeyError:
            known = ", ".join(sorted(self.services))
            raise LookupError(f"no service {name!r} on the Wire; it has: {known}") from None

    def _caller(
        self,
        service: Service,
        match: tuple[Operation, dict[str, str]] | NoRoute,
        request: Request,
    ) -> Caller | None:
        """Return who calls, `NOBODY` where no token is asked for, None for a 401."""
        if isinstance(match, NoRoute):
            # The security filter stands before dispatch: 401 before 404.
            if not service.contract.secured:
                return NOBODY
        elif match[0].roles is None:
            return NOBODY
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        return self._tokens.check(token)

    def _journal_request(
        self,
        service: Service,
        match: tuple[Operation, dict[str, str]] | NoRoute,
        request: Request,
        caller: Caller | None,
    ) -> _Passage:
        operation, path = (None, {}) if isinstance(match, NoRoute) else match
        raw = request.body
        text = raw.decode("utf-8", "replace") if raw else ""
        named = subjects(request.path, request.query, text)
        cause = request.headers.get(CAUSE)
        known = caller if caller is not None else NOBODY
        user = request.headers.get("username") or known.subject or None
        entry = self._journal.write(
            "request",
            service=service.name,
            operation=operation.id if operation else None,
            method=request.method,
            path=request.path,
            query=request.query,
            client=known.client_id or known.subject or None,
            user=user,
            subjects=sorted(named),
            body=kept_request(raw, form=operation is not None and operation.form),
            cause=cause,
            certainty="certain" if cause else "unknown",
        )
        call = Call(
            request,
            operation,  # type: ignore[arg-type] # without one the call goes nowhere
            path,
            parse_qs(request.query, keep_blank_values=True) if request.query else {},
            known,
            self._clock,
            user,
            entry.seq,
            _upstream=self._call_upstream(service.name, cause),
        )
        return _Passage(service, call, named, cause)

    def _call_upstream(self, source: str, cause: str | None) -> Any:
        async def upstream(
            _call: Call, service: str, request: Request, wait: float
        ) -> Response:
            return await self.upstream(
                source, service, request, cause=cause, wait=wait
            )

        return upstream

    async def _pass(
        self,
        passage: _Passage,
        match: tuple[Operation, dict[str, str]] | NoRoute,
        caller: Caller | None,
        gone: Callable[[], bool] | None,
    ) -> Response:
        errors = passage.service.errors
        if caller is None:
            return self._journal_answer(passage, errors.unauthorised(), gone)
        if isinstance(match, NoRoute):
            refused = errors.no_route(passage.call.request, match.reason)
            return self._journal_answer(passage, refused, gone)
        early = await self._admit(passage)
        if early is not None:
            return self._journal_answer(passage, self._held(passage, early), gone)
        if self.faults.waits_for(passage.service.name, "before"):
            fault = await self._suffer(passage, "before")
            if fault is not None:
                return self._cut_before(passage, fault)
        response = self._held(passage, await self._operate(passage))
        await self._post(passage, response)
        if self.faults.waits_for(passage.service.name, "after"):
            fault = await self._suffer(passage, "after")
            if fault is not None:
                return self._cut_after(passage, fault, response)
        return self._journal_answer(passage, response, gone)

    async def _admit(self, passage: _Passage) -> Response | None:
        """Check a call before its operation runs; an answer means it is refused."""
        service, call = passage.service, passage.call
        operation = call.operation
        try:
            if service.before is not None:
                early = await service.before(call)
                if early is not None:
                    return early
            allowed = not operation.roles or not operation.roles.isdisjoint(
                call.caller.roles
            )
            if service.roles_first and not allowed:
                return service.errors.forbidden(call)
            found = operation.check_parameters(
                call.path, call.query, call.request.headers
            )
            if found:
                return service.errors.invalid(call, found)
            if operation.has_body:
                refused = _take_body(service, call)
                if refused is not None:
                    return refused
        except Refused as refusal:
            return refusal.response
        except Exception as error:  # noqa: BLE001 - any failure is the service's 500
            return self._crash(passage, error)
        return None if allowed else service.errors.forbidden(call)

    async def _operate(self, passage: _Passage) -> Response:
        service, call = passage.service, passage.call
        try:
            function = service.operations.get(call.operation.id)
            if function is None:
                raise NotImplementedError(
                    f"{service.name} has no function {call.operation.id}"
                )
            result = function(service.model, call)
            response: Response = (
                result if isinstance(result, Response) else await result
            )
        except Refused as refusal:
            return refusal.response
        except Exception as error:  # noqa: BLE001 - any failure is the service's 500
            return self._crash(passage, error)
        passage.wrote = (
            call.operation.writes and response.status < FAILED
            if call.wrote is None
            else call.wrote
        )
        return response

    def _crash(self, passage: _Passage, error: Exception) -> Response:
        # An upstream fault is part of the play; anything else is a fault of the fake.
        if not isinstance(error, UpstreamFailed):
            error.add_note("".join(traceback.format_exception(error)))
            self.broken.append(error)
        return passage.service.errors.crashed(passage.call, error)

    def _held(self, passage: _Passage, response: Response) -> Response:
        """Hold an answer against the fake's own contract."""
        if response.status == UNAUTHORISED and not response.body:
            return response
        call = passage.call
        found = call.operation.check_response(response.status, kept_response(response))
        if not found:
            return response
        broken = ContractBroken(
            passage.service.name, call.operation.id, response.status, found
        )
        self.broken.append(broken)
        return passage.service.errors.crashed(call, broken)

    async def _post(self, passage: _Passage, response: Response) -> None:
        """Publish what the operation caused: after its write, before its answer."""
        outbox = passage.service.outbox
        if not outbox:
            return
        events = outbox[:]
        outbox.clear()
        passage.wrote = True
        try:
            cause = f"request:{passage.call.entry}"
            await self._publish(passage.service.name, events, cause)
        except Exception as error:  # noqa: BLE001 - the write stands; the run must fail
            self.broken.append(error)

    async def _suffer(self, passage: _Passage, phase: str) -> Fault | None:
        """Apply the faults whose turn this is; returns the one that ends the call."""
        call = passage.call
        taken = self.faults.take(
            passage.service.name,
            phase,
            call.operation.id,
            call.request.method,
            call.caller,
            passage.subjects,
        )
        for name, fault in taken:
            passage.fault = name
            if fault.delay:
                await self._clock.sleep(fault.delay)
            if fault.kind != "delay":
                return fault
        return None

    def _cut_before(self, passage: _Passage, fault: Fault) -> Response:
        if fault.status is None:
            self._journal_loss(passage, None)
            raise Dropped(_how(fault))
        response = _faulty(passage.service, fault.status)
        self._write(passage, response, response.status, lost=False)
        return response

    def _cut_after(
        self, passage: _Passage, fault: Fault, response: Response
    ) -> Response:
        if fault.status is None:
            self._journal_loss(passage, response)
            raise Dropped(_how(fault))
        # The journal keeps the true answer: the note was written and has this id.
        self._write(passage, response, fault.status, lost=True)
        return _faulty(passage.service, fault.status)

    def _journal_loss(self, passage: _Passage, response: Response | None) -> None:
        self._write(passage, response, None, lost=True)

    def _journal_answer(
        self,
        passage: _Passage,
        response: Response,
        gone: Callable[[], bool] | None,
    ) -> Response:
        lost = gone is not None and gone()
        self._write(passage, response, None if lost else response.status, lost=lost)
        return response

    def _write(
        self,
        passage: _Passage,
        response: Response | None,
        sent: int | None,
        *,
        lost: bool,
    ) -> None:
        body = kept_response(response) if response is not None else None
        text = response.body.decode("utf-8", "replace") if response is not None else ""
        self._journal.write(
            "response",
            request=passage.call.entry,
            status=response.status if response is not None else None,
            body=body,
            wrote=passage.wrote,
            fault=passage.fault,
            lost=lost,
            sent=sent,
            subjects=sorted(passage.subjects | subjects(text)),
        )


def _take_body(service: Service, call: Call) -> Response | None:
    """Decode and check the body into `call.body`; an answer means it is refused."""
    raw, operation = call.request.body, call.operation
    if not raw and not operation.form:
        if operation.body_required:
            message = "Required request body is missing"
            return service.errors.unreadable(call, message)
        return None
    try:
        call.body = read_form(raw) if operation.form else read_json(raw)
    except Unreadable as unreadable:
        return service.errors.unreadable(call, str(unreadable))
    found = operation.check_request(call.body)
    return service.errors.invalid(call, found) if found else None


def _faulty(service: Service, status: int) -> Response:
    """Return the service's own body for a status that a fault asks for."""
    own = getattr(service.errors, "status", None)
    if own is not None:
        response: Response = own(status)
        return response
    if status == UNAUTHORISED:
        return service.errors.unauthorised()
    return answer(status, {"status": status, "developerMessage": "Fault injected"})


def _how(fault: Fault) -> str:
    return "refused" if fault.kind == "refuse" else fault.kind


__all__ = ["CAUSE", "ContractBroken", "Wire", "outgoing"]
