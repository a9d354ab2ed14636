"""The wire tier: world and halves as processes, on real sockets, in real time."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from harness import credentials, environment, topology
from harness.api import WorldApi
from harness.control import ControlClient
from harness.defects import find
from harness.processes import Child, ChildError
from harness.rolling import Rolling, free_port
from harness.stack import (
    ADMIN_WAIT,
    NobodyPolls,
    StackError,
    check_switched,
    targets_of,
)
from harness.targets import HALVES, REFERENCE, check_half

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.environment import Addresses
    from harness.options import RunOptions
    from harness.processes import Program
    from harness.tap.tapped import Taps

# Seconds between looks at a program we did not write, while it starts.
_LOOK = 0.02
_WORLD_WAIT = 20.0
_OURS_TO_START = ("reference", "command", "container")


class WireStack(Rolling):
    """A world process (ours, or one that is already up) and the halves by target."""

    tier = "wire"

    def __init__(self, options: RunOptions, world_url: str | None = None) -> None:
        """Start what is ours to start and wait until every queue is polled."""
        super().__init__(targets_of(options), options)
        self._logs = Path(options.report) / "logs"
        self._world_child: Child | None = None
        self._taps: Taps | None = None
        self._switched: dict[str, dict[str, str]] = {half: {} for half in HALVES}
        self._admin = httpx.Client(timeout=ADMIN_WAIT, trust_env=False)
        try:
            url = world_url or self._start_world()
            self._client = ControlClient(url)
            self.world = WorldApi(self._call)
            self._addresses = self._find_addresses(by_prefix=world_url is not None)
            self._start_taps()
            self._tell_targets()
            for half in HALVES:
                self._start_children(half)
            for half in HALVES:
                self._await_polls(half)
        except BaseException:
            self.close()
            raise

    # -- the world ---------------------------------------------------------------

    def _start_world(self) -> str:
        options = self._options
        command = [sys.executable, "-m", "harness.worldprocess"]
        command += ["--seed", str(options.seed), "--mode", options.mode]
        command += ["--spool", str(Path(options.report) / "journal")]
        if any(target.kind == "external" for target in self.targets.values()):
            command += ["--fixed", str(options.port)]
        for name in options.defects:
            command += ["--defect", name]
        self._world_child = Child(
            "world", command, self._log("world"), reads_output=True
        )
        ready, _, _ = select.select([self._world_child.output], [], [], _WORLD_WAIT)
        line = self._world_child.output.readline() if ready else b""
        if not line:
            self._world_child.kill()
            raise StackError(self._world_child.why_ended())
        told = msgspec.json.decode(line)
        if "error" in told:
            raise StackError(f"the world cannot start: {told['error']}")
        url: str = told["control"]
        return url

    def _find_addresses(self, *, by_prefix: bool) -> Addresses:
        """Ask the world where it listens."""
        return environment.of_world(
            self.world.about()["addresses"], by_prefix=by_prefix
        )

    def _start_taps(self) -> None:
        """Put a WireMock before the services that are to be tapped."""
        if not self._options.taps:
            return
        from harness.tap.tapped import Taps
        from harness.tap.wiremock import TapError

        try:
            self._taps = Taps(self._options.taps, self._addresses, self._logs)
        except TapError as error:
            raise StackError(str(error)) from error
        self._addresses = self._taps.addresses
        self.world = WorldApi(self._taps.around(self._call))

    def _call(self, method: str, arguments: dict[str, Any]) -> Any:
        """Call the world; when it does not settle, say which half died by itself."""
        result = self._client.call(method, arguments)
        if method == "settle" and not result["settled"]:
            children = [child for half in HALVES for child in self._children[half]]
            dead = [child.why_ended() for child in children if not child.running()]
            result["waiting"] = dead + result["waiting"]
        return result

    def _tell_targets(self) -> None:
        """Tell the world how its halves settle."""
        kinds = {half: str(self._watched(half)) for half in HALVES}
        self.world.set_targets(kinds, self._probe_urls(), self._options.grace)

    def _probe_urls(self) -> dict[str, list[str]]:
        """Return where the world finds the instances that we start."""
        return self._admin_urls()

    def _admin_urls(self) -> dict[str, list[str]]:
        """Return the addresses of the instances that we start."""
        for half, target in self.targets.items():
            if half not in self._ports and target.kind in _OURS_TO_START:
                self._ports[half] = [
                    free_port() for _ in range(self._options.instances)
                ]
        return {
            half: [f"http://127.0.0.1:{port}" for port in ports]
            for half, ports in self._ports.items()
        }

    # -- the halves --------------------------------------------------------------

    def _start_children(self, half: str, mark: str = "") -> None:
        if self.targets[half].kind not in _OURS_TO_START:
            return
        for number in range(self._options.instances):
            name = half + mark if number == 0 else f"{half}{mark}-{number + 1}"
            self._children[half].append(self._start_child(half, number, name))

    def _start_child(self, half: str, number: int, name: str) -> Program:
        """Start one instance of a half."""
        target = self.targets[half]
        build = environment.PROGRAMS[half]
        variables = build(self._addresses, port=self._ports[half][number]).variables
        return Child(
            name,
            self._reference(half) if target == REFERENCE else target.command,
            self._log(name),
            {**variables, **self._switched[half], **self._options.half_env},
        )

    def _reference(self, half: str) -> list[str]:
        defects = [d for d in self._options.defects if find(d).where == "half"]
        if defects:
            return [sys.executable, "-m", "harness.defects.run", *defects, "--", half]
        return [sys.executable, "-m", "simulators.sync", half]

    def _await_polls(self, half: str, beside: int = 0) -> None:
        """Wait until somebody polls each queue of the half, `beside` others."""
        if not self.targets[half].traits.runs:
            return
        traits = self.targets[half].traits
        needed = set(topology.queues_of(half, alerts=traits.alerts))
        instances = self._options.instances if self._children[half] else 1
        instances += beside
        deadline = time.monotonic() + self._options.sync_wait
        while True:
            polled = {
                queue["name"]
                for queue in self.world.queues()
                if queue["polls"] >= instances
            }
            missing = sorted(needed - polled)
            if not missing:
                return
            for child in self._children[half]:
                if not child.running():
                    raise StackError(child.why_ended())
            if time.monotonic() >= deadline:
                words = [child.last_words() for child in self._children[half]]
                raise NobodyPolls(missing, self._options.sync_wait, "\n".join(words))
            time.sleep(_LOOK)  # a foreign build tells nobody when it polls

    def kill(self, half: str) -> None:
        """End the half's processes with SIGKILL."""
        self.require(half, "killable")
        for child in self._children[half]:
            child.kill()
        self._children[half].clear()
        self._end_leaving(half)
        self.world.note_half(half, "killed")

    def stop(self, half: str) -> None:
        """Ask the half's processes to end, and wait for it."""
        self.require(half, "killable")
        for child in self._children[half]:
            child.stop()
        self._children[half].clear()
        self._end_leaving(half)
        self.world.note_half(half, "stopped")

    def start(self, half: str) -> None:
        """Start the half's processes; returns when they poll."""
        self.require(half, "killable")
        if self._children[half]:
            raise StackError(f"{half} runs already")
        self._start_children(half)
        self.world.note_half(half, "started")
        self._await_polls(half)

    def running(self, half: str) -> bool:
        """Tell whether any process of the half runs just now."""
        return any(child.running() for child in self._children[check_half(half)])

    def admin(
        self,
        half: str,
        method: str,
        path: str,
        body: Any = None,
        wait: float = ADMIN_WAIT,
    ) -> dict[str, Any]:
        """Call the half's operator endpoints with an operator's token."""
        return self._operate(half, 0, method, path, body, wait)

    def _operate(
        self,
        half: str,
        instance: int,
        method: str,
        path: str,
        body: Any,
        wait: float = ADMIN_WAIT,
    ) -> dict[str, Any]:
        urls = self._admin_urls().get(check_half(half))
        if urls is None:
            raise StackError(
                f"{half} is {self.targets[half]}: we do not know its address"
            )
        response = self._admin.request(
            method,
            urls[instance] + path,
            json=body,
            timeout=wait,
            headers={"Authorization": f"Bearer {self._operator_token(half)}"},
        )
        return {"status": response.status_code, "body": _body(response)}

    def switch(self, half: str, event_type: str, on: bool) -> None:
        """Switch live in the reference; by environment and restart elsewhere."""
        self.switch_all(half, [event_type], on)

    def switch_all(self, half: str, event_types: Sequence[str], on: bool) -> None:
        """Switch several event types: one restart where a restart is the way."""
        for event_type in event_types:
            self.world.note_switch(half, event_type, on)
        if "switches-live" in self.traits(half).names():
            for event_type in event_types:
                for instance in range(len(self._ports[half])):
                    self._put_switch(half, instance, event_type, on=on)
            return
        before = dict(self._switched[half])
        for event_type in event_types:
            name = f"FEATURE_EVENT_{event_type.upper().replace('.', '_')}"
            # A shell cannot export a hyphen; the builds read `_` alike (5.1).
            self._switched[half][name.replace("-", "_")] = "true" if on else "false"
        if self._switched[half] != before:
            self.restart(half)

    def _put_switch(self, half: str, instance: int, event_type: str, on: bool) -> None:
        path = f"/switches/{event_type}"
        check_switched(
            half, event_type, self._operate(half, instance, "PUT", path, {"on": on})
        )

    def close(self) -> None:
        """End the halves, then our world; one held by `tandem up` stays."""
        for children in self._children.values():
            for child in children:
                child.stop()
            children.clear()
        if self._taps is not None:
            self._taps.stop()
        if hasattr(self, "_client"):
            self._client.close()
        self._admin.close()
        if self._world_child is not None:
            self._world_child.stop()
            self._world_child = None

    def _operator_token(self, half: str) -> str:
        client = credentials.ADMIN[half]
        answer = self._admin.post(
            f"{self._addresses.services['auth']}/auth/oauth/token",
            auth=(client.id, client.secret),
            data={"grant_type": "client_credentials"},
        )
        token: str = answer.raise_for_status().json()["access_token"]
        return token

    def _log(self, name: str) -> Path:
        # Several workers share a report directory.
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        return self._logs / f"{worker}-{name}.log"


def _body(response: httpx.Response) -> Any:
    try:
        return response.json() if response.content else None
    except ValueError:
        return response.text


__all__ = ["ChildError", "WireStack"]
