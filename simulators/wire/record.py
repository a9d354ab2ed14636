"""What of one call goes into the journal, and in which words.

Terms. `status` and `body` of a response entry are the service's own: when a fault
loses the answer after the write, they still tell which note was written. `sent` is
what the caller saw; `lost` says that it did not see the service's answer.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.subjects import subjects
from simulators.wire.body import BULK, KEPT, kept_request, kept_response, shortened
from simulators.wire.message import Caller

if TYPE_CHECKING:
    from contracts import Operation
    from simulators.journal import Journal
    from simulators.wire.message import Request, Response
    from simulators.wire.service import Call, Service

CAUSE = "x-tandem-cause"
"""Header by which a sync may say which SQS message a call belongs to."""

INTENDED = "x-tandem-intended"
"""Header by which a load generator says when the user meant to act (epoch seconds)."""

NOBODY = Caller("", "", frozenset(), {})
"""Who calls an operation that asks for no token."""


@dataclass(slots=True)
class Passage:
    """What the Wire knows of one call beside the call itself."""

    service: Service
    call: Call
    subjects: frozenset[str]
    wrote: bool = False
    fault: str | None = None
    decoded: tuple[Response, Any] | None = None

    def document(self, response: Response) -> Any:
        """Return an answer's body, decoded once for contract check and journal."""
        if self.decoded is None or self.decoded[0] is not response:
            self.decoded = (response, kept_response(response))
        return self.decoded[1]


def write_request(
    journal: Journal,
    service: str,
    operation: Operation | None,
    request: Request,
    caller: Caller,
) -> tuple[int, str | None, frozenset[str]]:
    """Journal a request; returns its seq, its user and its subjects."""
    raw, headers = request.body, request.headers
    text = raw.decode("utf-8", "replace") if raw else ""
    named = subjects(request.path, request.query, text)
    cause = headers.get(CAUSE)
    user = headers.get("username") or caller.subject or None
    more = {"intended": headers[INTENDED]} if INTENDED in headers else {}
    if asks := _asking(headers.get("authorization") or ""):
        more["asks"] = asks
    entry = journal.write(
        "request",
        **more,
        service=service,
        operation=operation.id if operation is not None else None,
        method=request.method,
        path=request.path,
        query=request.query,
        client=caller.client_id or caller.subject or None,
        user=user,
        subjects=sorted(named),
        body=kept_request(
            raw, form=operation is not None and operation.form, most=_most(operation)
        ),
        cause=cause,
        certainty="certain" if cause else "unknown",
    )
    return entry.seq, user, named


def _asking(authorization: str) -> str:
    """Return the client id that asks for a token (http-contracts 1.1), no secret."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        text = b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "?"
    return text.partition(":")[0]


def write_response(
    journal: Journal,
    passage: Passage,
    response: Response | None,
    *,
    sent: int | None,
    lost: bool,
) -> None:
    """Journal how a call ended; `response` None: the service never answered it."""
    status, body, named = None, None, passage.subjects
    if response is not None:
        status, body = response.status, _kept(passage, response)
        named |= subjects(response.body.decode("utf-8", "replace"))
    journal.write(
        "response",
        request=passage.call.entry,
        status=status,
        body=body,
        wrote=passage.wrote,
        fault=passage.fault,
        lost=lost,
        sent=sent,
        subjects=sorted(named),
    )


def _most(operation: Operation | None) -> int:
    """Return how many bytes of its bodies are kept whole."""
    return BULK if operation is not None and operation.bulk else KEPT


def _kept(passage: Passage, response: Response) -> Any:
    most = _most(passage.call.operation)
    if len(response.body) > most:
        return shortened(response.body, most)
    body = passage.document(response)
    if isinstance(body, dict) and "access_token" in body:
        # Journals are kept as CI artefacts; a token is nobody's evidence.
        return {**body, "access_token": "(not kept)"}
    return body
