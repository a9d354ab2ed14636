"""Loaded by schemathesis itself: existing ids among the drawn ones, and our check.

Drawn ids hit nothing. Every second path or body is given ids and codes that exist in
the world under test, so that requests get beyond the first look-up.
"""

from __future__ import annotations

import atexit
import json
import os
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.specs.openapi.checks import ensure_resource_availability

from harness.contracts_tools.generation import STRATEGIES
from harness.contracts_tools.triggers import (
    asked,
    explanation,
    has_marker,
    legacy_ids,
)

SERVICE = os.environ.get("TANDEM_CHECK_SERVICE", "")
POOL: dict[str, list[Any]] = json.loads(os.environ.get("TANDEM_CHECK_POOL", "{}"))
COUNTS = os.environ.get("TANDEM_CHECK_COUNTS")
_FIRST_REFUSAL = 300
_FIRST_SERVER_ERROR = 500
_seen: Counter[str] = Counter()
_numbers: set[float] = set()

for _name, _strategy in STRATEGIES.items():
    schemathesis.openapi.format(_name, _strategy)


def _drawn(value: Any, salt: str) -> int:
    """Return a number that depends on the drawn value alone, so that it replays."""
    return zlib.crc32((salt + repr(value)).encode("utf-8", "replace"))


def _with_known(drawn: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(drawn, dict) or _drawn(drawn, "whether") % 2:
        return drawn
    known = {
        name: POOL[name][_drawn(drawn, name) % len(POOL[name])]
        for name in drawn
        if name in POOL
    }
    return {**drawn, **known}


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Put existing ids into every second path."""
    return _with_known(path_parameters) if path_parameters else path_parameters


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Put existing codes and users into every second body."""
    if isinstance(body, list):
        return [_with_known(one) if isinstance(one, dict) else one for one in body]
    return _with_known(body) if isinstance(body, dict) else body


@schemathesis.hook
def filter_path_parameters(context: Any, path_parameters: Any) -> bool:
    """Leave out empty ones: `/alerts/` is another path, or none."""
    return all(value not in ("", None) for value in (path_parameters or {}).values())


@schemathesis.check
def explained_server_error(context: Any, response: Any, case: Any) -> None:
    """Allow a 5xx only where the dossier names operation and trigger."""
    _seen["cases"] += 1
    _seen[f"{response.status_code // 100}xx"] += 1
    _count_link(context, case)
    sent = response.request
    request = asked(SERVICE, str(sent.method), str(sent.url), sent.body)
    if response.status_code >= _FIRST_SERVER_ERROR:
        why = explanation(
            SERVICE,
            replace(
                request,
                marked_before=bool(_seen["markers written"]),
                numbers_before=frozenset(_numbers),
                media=sent.headers.get("Content-Type"),
            ),
        )
        if why is None:
            raise AssertionError(
                f"{response.status_code} without a trigger that the dossier names: "
                f"{response.text[:300]}"
            )
        _seen[f"500: {why}"] += 1
    _seen["markers written"] += has_marker(request)
    _numbers.update(legacy_ids(request))


@schemathesis.check
def created_can_be_found(context: Any, response: Any, case: Any) -> bool | None:
    """Expect what was just created, unless the same chain deleted something.

    Mappings have two keys: who deletes by one is no longer found by the other, which
    the original of this check does not know.
    """
    recorder = context.internals.recorder
    deleted = recorder is not None and any(
        recorder.cases[at].value.method == "DELETE"
        and interaction.response is not None
        and interaction.response.status_code < _FIRST_REFUSAL
        for at, interaction in recorder.interactions.items()
    )
    return None if deleted else ensure_resource_availability(context, response, case)


def _count_link(context: Any, case: Any) -> None:
    """Count a call whose parameters a link took from an earlier answer.

    schemathesis tells checks of it in its internals only; it is locked to a version.
    """
    recorder = context.internals.recorder
    node = recorder.cases.get(case.id) if recorder is not None else None
    if node is None or node.transition is None or not node.is_transition_applied:
        return
    source = recorder.cases[node.parent_id].value.operation.definition.raw
    target = case.operation.definition.raw
    _seen[f"link: {source['operationId']} -> {target['operationId']}"] += 1


@atexit.register
def _leave_counts() -> None:
    if COUNTS:
        Path(COUNTS).write_text(json.dumps(_seen), "utf-8")
