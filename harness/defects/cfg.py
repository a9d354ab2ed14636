"""Planted defects of configuration and contracts (fault corpus L)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.defects.patching import around, function
from harness.defects.registry import defect
from simulators.sync import creating, notes, told
from simulators.sync.calls import Caller
from simulators.sync.clients import Nomis
from simulators.sync.consumer import Consumer
from simulators.sync.ports import CallRefused
from simulators.sync.program import Domain
from simulators.sync.reconciliation import Reconciliation

if TYPE_CHECKING:
    from harness.defects.registry import Patches

_HALVES = "to-nomis from-nomis"
_MODULES = frozenset({"OIDNOMIS", notes.SYNC, notes.MERGE, None})
_NOT_ALLOWED = (401, 403)
_CAP = 20  # notes: a real buffer of 256 kB, scaled to short scenarios


@defect(
    "CFG-01",
    "The publisher renamed an event and nobody noticed",
    "to-nomis",
    "lost",
    wrong="the dispatch table has old names, others are acknowledged",
    shows="nothing happens, but for a line in a log",
)
def _() -> Patches:
    async def handle(original: Any, self: Any, message: Any) -> None:
        if "person.case-note.created" in message.body:
            return
        await original(self, message)

    return [around(Domain, "handle", handle)]


@defect(
    "CFG-02",
    "A member that is never used is demanded of every event",
    "to-nomis",
    "lost conserved",
    wrong="the event's model is strict",
    shows="all events end in the DLQ after a release of the publisher",
)
def _() -> Patches:
    plain = told.told

    def strict(event: Any) -> Any:
        event.content["additionalInformation"]["previousNomsNumber"].strip()
        return plain(event)

    return [function(plain, strict)]


@defect(
    "CFG-03",
    "The audit module is a closed list",
    "from-nomis",
    "lost conserved",
    wrong="a module that the contract does not list cannot be read",
    shows="notes written by a new screen never arrive",
)
def _() -> Patches:
    plain = notes.nomis_note

    def closed(body: dict[str, Any]) -> Any:
        if body.get("auditModuleName") not in _MODULES:
            raise ValueError(body["auditModuleName"])
        return plain(body)

    return [function(plain, closed)]


@defect(
    "CFG-04",
    "A member of a request has another name than the API's",
    "to-nomis",
    "lost conserved",
    wrong="the client was made from an older contract",
    shows="NOMIS refuses the request",
)
def _() -> Patches:
    plain = creating.create_request

    def renamed(note: Any) -> dict[str, Any]:
        request = plain(note)
        request["occurrenceDatetime"] = request.pop("occurrenceDateTime")
        return request

    return [function(plain, renamed)]


@defect(
    "CFG-05",
    "Two base addresses are swapped",
    "to-nomis",
    "lost conserved",
    owners=_HALVES,
    wrong="what is meant for DPS goes to the mapping service",
    shows="writes go to the wrong place, or nowhere",
)
def _() -> Patches:
    swapped = {"dps": "mapping", "mapping": "dps"}

    async def once(original: Any, self: Any, service: str, *rest: Any) -> Any:
        return await original(self, swapped.get(service, service), *rest)

    return [around(Caller, "_once", once)]


@defect(
    "CFG-06",
    "An answer is larger than the client's buffer",
    "from-nomis",
    "mapping-sound conserved lost",
    owners=_HALVES,
    wrong="a prisoner with very many notes cannot be read",
    shows="the merge of this prisoner fails",
)
def _() -> Patches:
    async def read(original: Any, self: Any, prisoner: str) -> Any:
        rows = await original(self, prisoner)
        if rows and len(rows) > _CAP:
            raise ValueError("the answer exceeds the buffer")
        return rows

    return [around(Nomis, "notes", read)]


@defect(
    "CFG-07",
    "A refused call is read as an empty answer",
    "to-nomis",
    "lost stale",
    owners=_HALVES,
    line="Then it reports that it could not check",
    wrong="any error of a look-up means that there is nothing",
    shows="a prisoner who could not be read is reported clean",
)
def _() -> Patches:
    async def find(original: Any, self: Any, *call: Any, **named: Any) -> Any:
        try:
            return await original(self, *call, **named)
        except CallRefused:
            return None

    async def look(original: Any, self: Any, prisoner: str) -> Any:
        try:
            return await original(self, prisoner)
        except CallRefused:
            return [], []

    return [
        around(Caller, "find", find),
        around(Reconciliation, "_look", look),
    ]


@defect(
    "CFG-07-renew",
    "A token that is refused is used again until it ends",
    "to-nomis",
    "lost stale conserved",
    owners=_HALVES,
    wrong="a 401 is an error like any other, and the token is kept",
    shows="after a revocation or new keys every message becomes a dead letter",
)
def _() -> Patches:
    async def once(original: Any, self: Any, service: str, *rest: Any) -> Any:
        return await self._with_token(service, *rest)

    return [around(Caller, "_once", once)]


@defect(
    "CFG-07-role",
    "A message that meets a missing role is acknowledged",
    "to-nomis",
    "lost stale conserved mapping-sound resurrected",
    owners=_HALVES,
    wrong="401 and 403 are logged and taken for the end of the matter",
    shows="what changed while a role was missing never arrives",
)
def _() -> Patches:
    def made(original: Any, self: Any, queue: Any, handle: Any, *rest: Any) -> None:
        async def soft(message: Any) -> None:
            try:
                await handle(message)
            except CallRefused as refusal:
                if refusal.status not in _NOT_ALLOWED:
                    raise

        original(self, queue, soft, *rest)

    return [around(Consumer, "__init__", made)]


@defect(
    "CFG-07-start",
    "A half that could not sign on at its start never does",
    "to-nomis",
    "lost stale conserved",
    owners=_HALVES,
    wrong="a failure to get the first token is kept like the token itself",
    shows="after an outage of the sign-on service a new instance does nothing",
)
def _() -> Patches:
    async def token(original: Any, self: Any, service: str) -> Any:
        failed = vars(self).setdefault("failed", {})
        if service not in self._tokens and service in failed:
            raise failed[service]
        try:
            return await original(self, service)
        except CallRefused as refusal:
            failed[service] = refusal
            raise

    return [around(Caller, "_token", token)]
