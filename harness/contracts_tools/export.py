"""`tandem contracts export`: WireMock stubs with answers that our fakes really gave.

A script of calls plays through a world; each answer becomes a stub. One directory a
service, laid out as WireMock's `--root-dir` wants it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from contracts import NoRoute
from harness.conform.calling import NO_BODY, Answer, Api
from harness.contracts_tools.scripts import SCRIPTS, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.conform.calling import Mint
    from harness.conform.ours import OwnWorld

_FIRST_ERROR = 400
_BY_BODY, _BY_PATH = 1, 5


class Recorder(Api):
    """A client that keeps what it was answered as stub mappings."""

    def __init__(self, service: str, url: str, mint: Mint) -> None:
        """Record nothing until `recording` is set."""
        super().__init__(service, url, mint)
        self.recording = True
        self.stubs: dict[str, dict[str, Any]] = {}

    def call(
        self, method: str, path: str, body: Any = NO_BODY, **options: Any
    ) -> Answer:
        """Call as `Api` does, and keep request and answer."""
        if body is not NO_BODY:
            options["body"] = body
        answer = super().call(method, path, **options)
        if self.recording:
            self._keep(method, path, options, answer)
        return answer

    def _keep(
        self, method: str, path: str, options: dict[str, Any], answer: Answer
    ) -> None:
        match = self.contract.match(method, path)
        if isinstance(match, NoRoute):
            return
        request: dict[str, Any] = {"method": method, "urlPath": path}
        if query := options.get("query"):
            request["queryParameters"] = {
                name: {"equalTo": str(value)} for name, value in query.items()
            }
        refused = answer.status >= _FIRST_ERROR and "body" in options
        if refused:
            # Only this very request is refused; the same path takes others.
            request["bodyPatterns"] = [
                {"equalToJson": options["body"], "ignoreExtraElements": False}
            ]
        response: dict[str, Any] = {"status": answer.status}
        if answer.body is not None:
            response["headers"] = {"Content-Type": "application/json"}
            response["jsonBody"] = answer.body
        name = f"{match[0].id}-{answer.status}"
        number = sum(_is_numbered(one, name) for one in self.stubs)
        self.stubs[f"{name}-{number + 1}" if number else name] = {
            "name": f"{self.service} {match[0].id} {answer.status}",
            "priority": _BY_BODY if refused else _BY_PATH,
            "request": request,
            "response": response,
        }


def _is_numbered(found: str, name: str) -> bool:
    return re.fullmatch(rf"{re.escape(name)}(-\d+)?", found) is not None


def export(own: OwnWorld, directory: Path) -> dict[str, int]:
    """Write the stubs of every service below `directory`; returns counts by service."""
    recorders: dict[str, Recorder] = {}

    def recorder(service: str) -> Recorder:
        if service not in recorders:
            url = own.urls[service]
            recorders[service] = Recorder(service, url, own.mint)
        return recorders[service]

    _play(own, recorder)
    counts = {}
    for service, one in sorted(recorders.items()):
        one.close()
        if service not in SCRIPTS:
            continue
        folder = directory / service / "mappings"
        folder.mkdir(parents=True, exist_ok=True)
        for name, stub in one.stubs.items():
            text = json.dumps(stub, indent=2, ensure_ascii=False)
            (folder / f"{name}.json").write_text(f"{text}\n", "utf-8")
        counts[service] = len(one.stubs)
    return counts


def _play(own: OwnWorld, recorder: Callable[[str], Recorder]) -> None:
    prison = own.api.add_prison(alert_writer="dps")["code"]
    staff = own.api.add_staff(prison=prison)
    made = own.api.add_prisoner(prison)
    stage = Stage(
        prisoner=made["prisoner"],
        booking=made["booking"],
        user=staff["usernames"][0],
        prison=prison,
    )
    for service, script in SCRIPTS.items():
        script(recorder(service), stage)
