"""Our faults as WireMock stubs: built here, sent by `harness.tap.tap`.

A stub proxies by default. A fault is one or more stubs of a higher priority, counted by
a WireMock *scenario*: each match moves it one state on, so the first `skip` calls pass,
the next `times` fail, and then nothing of the fault matches any more.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from wiremock.client import Mapping, MappingRequest, MappingResponse

from harness.control import WorldError

if TYPE_CHECKING:
    from contracts import Contract, Operation
    from simulators.wire.faults import Fault

_PASS, _FAULT = 10, 1
# Longer than any client of the sync waits (http-contracts 0.1).
_HANG = 600_000
_STARTED = "Started"


def proxy(upstream: str) -> Mapping:
    """Return the stub that hands everything on."""
    return Mapping(
        priority=_PASS,
        request=MappingRequest(method="ANY", url_pattern=".*"),
        response=MappingResponse(proxy_base_url=upstream),
    )


def stubs(name: str, fault: Fault, contract: Contract, upstream: str) -> list[Mapping]:
    """Return a fault's stubs; `name` is its scenario. Raises WorldError."""
    _refuse_impossible(fault)
    requests = _requests(fault, contract)
    if fault.times is None and not fault.skip:
        answer = _answer(fault, upstream)
        return [_stub(name, one, answer) for one in requests]
    made = []
    last = fault.skip + (fault.times or 1)
    for turn in range(last):
        failing = turn >= fault.skip
        answer = _answer(fault, upstream) if failing else _handed_on(upstream)
        stays = failing and fault.times is None
        following = turn if stays else turn + 1
        states = (_state(turn), _state(following))
        made += [_stub(name, one, answer, states, failing) for one in requests]
    return made


def _refuse_impossible(fault: Fault) -> None:
    where = f"{fault.service} is tapped by WireMock, which"
    if fault.phase == "after" and fault.kind != "delay":
        raise WorldError(
            f"{where} cannot let the upstream carry a call out and replace its answer; "
            "this fault needs our own fake: leave out --tap"
        )
    if fault.kind == "refuse":
        raise WorldError(f"{where} cannot refuse connections; use a reset")


def state_number(state: str) -> int:
    """Return how many calls a scenario has seen, from the name of its state."""
    return 0 if state == _STARTED else int(state)


def _state(number: int) -> str:
    return str(number) if number else _STARTED


def _stub(
    name: str,
    request: dict[str, Any],
    response: MappingResponse,
    states: tuple[str, str] | None = None,
    failing: bool = True,
) -> Mapping:
    counted: dict[str, Any] = {}
    if states is not None:
        counted = {
            "scenario_name": name,
            "required_scenario_state": states[0],
            "new_scenario_state": states[1],
        }
    if failing:
        # The journal shows each call with its stub's metadata.
        counted["metadata"] = {"fault": name}
    return Mapping(
        priority=_FAULT,
        request=MappingRequest(**request),
        response=response,
        **counted,
    )


def _handed_on(upstream: str) -> MappingResponse:
    return MappingResponse(proxy_base_url=upstream)


def _answer(fault: Fault, upstream: str) -> MappingResponse:
    delay = {"fixed_delay_milliseconds": int(fault.delay * 1000)} if fault.delay else {}
    if fault.kind == "status":
        return MappingResponse(status=fault.status, **delay)
    if fault.kind == "reset":
        # The client has no constant for it; the name passes (measured).
        return MappingResponse(fault="CONNECTION_RESET_BY_PEER", **delay)
    if fault.kind == "hang":
        return MappingResponse(status=504, fixed_delay_milliseconds=_HANG)
    return MappingResponse(proxy_base_url=upstream, **delay)


def _requests(fault: Fault, contract: Contract) -> list[dict[str, Any]]:
    """Return the request patterns: two where a subject may be in path or body."""
    operations = [contract.by_id[fault.operation]] if fault.operation else [None]
    methods: list[str | None] = [*sorted(fault.methods or ())] or [None]
    return [
        {**where, **_caller(fault)}
        for operation in operations
        for method in methods
        for where in _where(operation, method, fault.subject)
    ]


def _where(
    operation: Operation | None, method: str | None, subject: str | None
) -> list[dict[str, Any]]:
    verb = operation.method if operation is not None else method or "ANY"
    path = ".*" if operation is None else _path(operation.path)
    plain = {"method": verb, "url_path_pattern": path}
    if subject is None:
        return [plain]
    named = re.escape(subject)
    inside = f"(?=.*{named}){path}"
    return [
        {"method": verb, "url_path_pattern": inside},
        {**plain, "body_patterns": [{"contains": subject}]},
    ]


def _path(template: str) -> str:
    pieces = re.split(r"\{[^}]+\}", template)
    return "[^/]+".join(re.escape(piece) for piece in pieces)


def _caller(fault: Fault) -> dict[str, Any]:
    if fault.client is None:
        return {}
    naming = "|".join(re.escape(one) for one in in_token(fault.client))
    return {"headers": {"Authorization": {"matches": f"Bearer .*({naming}).*"}}}


def in_token(client: str) -> list[str]:
    """Return how a JWT's payload may hold `"client_id":"..."`: base64, three shifts."""
    plain = f'"client_id":"{client}"'.encode()
    found = []
    for shift in range(3):
        coded = base64.urlsafe_b64encode(bytes(shift) + plain).decode().rstrip("=")
        # The characters at both ends also carry bits of their neighbours.
        begin = (0, 2, 3)[shift]
        end = len(coded) - (1 if (shift + len(plain)) % 3 else 0)
        found.append(coded[begin:end])
    return found
