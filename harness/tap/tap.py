"""One tap: a WireMock before one service, its faults and its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from wiremock.client import Mappings
from wiremock.constants import Config

import contracts
from harness.tap import stubs
from harness.tap.entries import entries
from harness.tap.wiremock import WireMock
from simulators.wire.faults import Fault

if TYPE_CHECKING:
    from pathlib import Path

_WAIT = 30.0


class Tap:
    """WireMock as proxy of `service` before `upstream`; `url` is what the sync gets."""

    def __init__(self, service: str, upstream: str, log: Path) -> None:
        """Start WireMock and let it proxy."""
        self.service = service
        self._upstream = upstream
        self._contract = contracts.load(service)
        self._wiremock = WireMock(service, log)
        self.url = self._wiremock.url
        self._admin = httpx.Client(
            base_url=f"{self.url}/__admin", timeout=_WAIT, trust_env=False
        )
        self._faults: dict[str, tuple[Fault, list[str]]] = {}
        self._made = 0
        # Where the journal stood when the world's journal had that length.
        self._marks: list[tuple[int, int]] = [(0, 0)]
        self._create(stubs.proxy(upstream))

    def _create(self, stub: Any) -> str:
        # The client keeps one address for the whole process (measured): say it anew.
        Config.base_url = f"{self.url}/__admin"
        identifier: str = Mappings.create_mapping(mapping=stub).id
        return identifier

    def add(self, kind: str, fields: dict[str, Any]) -> str:
        """Plan a fault as the Wire would; returns its id. Raises WorldError."""
        given = {**fields}
        if given.get("methods") is not None:
            given["methods"] = frozenset(given["methods"])
        fault = Fault(self.service, kind, **given)
        self._made += 1
        name = f"tap:{self.service}:{self._made}"
        made = stubs.stubs(name, fault, self._contract, self._upstream)
        self._faults[name] = (fault, [self._create(stub) for stub in made])
        return name

    def remove(self, name: str) -> None:
        """Take a fault back."""
        _, identifiers = self._faults.pop(name, (None, []))
        for identifier in identifiers:
            Config.base_url = f"{self.url}/__admin"
            Mappings.delete_mapping(mapping_id=identifier)

    def faults(self) -> list[str]:
        """Return the ids of the planned faults."""
        return list(self._faults)

    def applied(self, name: str) -> bool:
        """Say whether a fault has struck."""
        fault, _ = self._faults[name]
        found = self._admin.get("/scenarios").raise_for_status().json()["scenarios"]
        states = {one["name"]: one["state"] for one in found}
        if name in states:
            return stubs.state_number(states[name]) > fault.skip
        served = self._served(self._count())
        return any(
            (one.get("stubMapping") or {}).get("metadata", {}).get("fault") == name
            for one in served
        )

    def mark(self, seq: int) -> None:
        """Remember that what comes now comes after the world's entry `seq`."""
        self._marks.append((seq, self._count()))

    def entries(self, since: int) -> list[dict[str, Any]]:
        """Return the calls that passed since the last mark at or before `since`."""
        total = self._count()
        at = max(i for i, (seq, _) in enumerate(self._marks) if seq <= since)
        seq, begin = self._marks[at]
        served = self._served(total - begin) if total > begin else []
        found: list[dict[str, Any]] = []
        ends = [*(place for _, place in self._marks[at + 1 :]), total]
        for (seq, start), end in zip(self._marks[at:], ends, strict=True):
            part = served[start - begin : end - begin]
            found += entries(self.service, self._contract, part, seq)
        return found

    def _count(self) -> int:
        answer = self._admin.post("/requests/count", json={})
        count: int = answer.raise_for_status().json()["count"]
        return count

    def _served(self, newest: int) -> list[dict[str, Any]]:
        """Return the newest calls, oldest first; WireMock lists them the other way."""
        answer = self._admin.get("/requests", params={"limit": newest})
        found: list[dict[str, Any]] = answer.raise_for_status().json()["requests"]
        return found[::-1]

    def stop(self) -> None:
        """End WireMock."""
        self._admin.close()
        self._wiremock.stop()
