"""Halves, and the world too where that is asked, in containers of one engine.

The engine is the one that testcontainers finds (DOCKER_HOST, or the usual socket).
There are two shapes:

- The world is a process of ours: containers share this machine's network and find it
  at the loopback address, as they find a PostgreSQL there. Linux only.
- The world is a container too (`--world-image`): all stand in a network of their own
  and find it as `tandem`; only ports that we ask are published, on loopback.

Nothing outlives the stack: `close` removes containers and network, an exit hook does so
on Ctrl-C, and testcontainers' reaper when we die without a word.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
import time
import weakref
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx

from harness import environment
from harness.environment import Addresses
from harness.rolling import free_port
from harness.stack import StackError
from harness.targets import REFERENCE
from harness.wirestack import WireStack

if TYPE_CHECKING:
    from pathlib import Path

    from testcontainers.core.container import DockerContainer
    from testcontainers.core.network import Network

    from harness.options import RunOptions
    from harness.processes import Program

WORLD = "tandem"
"""The world's name in its network; `tandem env --for compose` uses it too."""
OWN_PORT = 8080
_LOOPBACK = "127.0.0.1"
_WORLD_WAIT = 60.0
_LOOK = 0.05
_TAIL = 20
_GRACE = 10
_alive: weakref.WeakSet[Container] = weakref.WeakSet()
_networks: weakref.WeakSet[Any] = weakref.WeakSet()


@dataclass(frozen=True)
class Order:
    """What to start: `ports` maps a container's port to one of the loopback address.

    Without `network` it shares this machine's network, and `ports` says nothing.
    """

    name: str
    image: str
    log: Path
    variables: dict[str, str] = field(default_factory=dict)
    command: list[str] | None = None
    entrypoint: list[str] | None = None
    ports: dict[int, int] = field(default_factory=dict)
    network: Network | None = None


class Container:
    """A running container; its output goes to `order.log` when it ends."""

    def __init__(self, order: Order) -> None:
        """Start it; StackError says what the engine refused."""
        self.name = order.name
        self._log = order.log
        self._kept = ""
        self._tested: DockerContainer | None = None
        try:
            self._tested = _made(order)
            _alive.add(self)
            self._tested.start()
        except Exception as error:
            self._remove()
            raise StackError(_refusal(order, error)) from error
        self._inner = self._tested.get_wrapped_container()

    def running(self) -> bool:
        """Say whether it still runs."""
        return self._state().get("Status") == "running"

    def why_ended(self) -> str:
        """Say with which status it ended, and how its log ends."""
        status = self._state().get("ExitCode")
        return f"{self.name} ended with status {status}; {self.last_words()}"

    def last_words(self) -> str:
        """Say where its log is, and how that ends."""
        tail = "\n".join(self._output().splitlines()[-_TAIL:])
        return f"{self._log} ends:\n{tail}"

    def kill(self) -> None:
        """End it at once, as a crash would."""
        with contextlib.suppress(_engine_error()):
            self._inner.kill()
        self._remove()

    def stop(self) -> None:
        """Ask it to end, and see that it does within ten seconds."""
        with contextlib.suppress(_engine_error()):
            self._inner.stop(timeout=_GRACE)
        self._remove()

    def _state(self) -> dict[str, Any]:
        if self._tested is None:
            return {"Status": "removed"}
        self._inner.reload()
        state: dict[str, Any] = self._inner.attrs["State"]
        return state

    def _output(self) -> str:
        if self._tested is None:
            return self._kept
        return str(self._inner.logs().decode(errors="replace"))

    def _remove(self) -> None:
        tested, self._tested = self._tested, None
        _alive.discard(self)
        if tested is None:
            return
        from testcontainers.core.exceptions import ContainerStartException

        # Of a container that was never made there is no log.
        with contextlib.suppress(_engine_error(), ContainerStartException):
            inner = tested.get_wrapped_container()
            self._kept = inner.logs().decode(errors="replace")
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("a", encoding="utf-8") as sink:
                sink.write(self._kept)
        with contextlib.suppress(_engine_error()):
            tested.stop()


class ContainersStack(WireStack):
    """The wire tier's stack with containers for what is not a process of ours."""

    tier = "containers"

    def __init__(self, options: RunOptions) -> None:
        """Start all; raises StackError, and then nothing is left behind."""
        self._image = options.world_image
        self._network: Network | None = None
        self._world: Container | None = None
        super().__init__(options)

    # -- the world ---------------------------------------------------------------

    def _start_world(self) -> str:
        if self._image is None:
            if not sys.platform.startswith("linux"):
                raise StackError(
                    "only on Linux do containers reach a process of this machine by "
                    "its loopback address: give --world-image"
                )
            return super()._start_world()
        self._network = _made_network()
        ports = environment.fixed_ports()
        self._published = {name: free_port() for name in ports}
        options = self._options
        command = ["up", "--host", "0.0.0.0", "--seed", str(options.seed)]
        self._world = Container(
            Order(
                name=WORLD,
                image=self._image,
                log=self._log("world"),
                command=[*command, "--mode", options.mode],
                ports={ports[name]: self._published[name] for name in ports},
                network=self._network,
            )
        )
        url = f"http://{_LOOPBACK}:{self._published['control']}"
        self._await_world(url)
        return url

    def _await_world(self, url: str) -> None:
        assert self._world is not None  # noqa: S101 - narrows for the type checker
        deadline = time.monotonic() + _WORLD_WAIT
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                self._admin.get(f"{url}/health", timeout=1.0).raise_for_status()
                return
            if not self._world.running():
                raise StackError(self._world.why_ended())
            time.sleep(_LOOK)  # bounded by the deadline: a container tells nobody
        raise StackError(f"the world in {self._image} does not answer at {url}")

    def _find_addresses(self, *, by_prefix: bool) -> Addresses:
        if self._image is None:
            return super()._find_addresses(by_prefix=by_prefix)
        here = environment.at_host(_LOOPBACK)
        first = environment.fixed_ports()
        swap = {f":{first[name]}": f":{self._published[name]}" for name in first}
        return Addresses(
            services={n: _swapped(url, swap) for n, url in here.services.items()},
            aws=_swapped(here.aws, swap),
            control=_swapped(here.control, swap),
        )

    def _probe_urls(self) -> dict[str, list[str]]:
        urls = self._admin_urls()
        if self._image is None:
            return urls
        return {
            half: [
                f"http://{_instance(half, port)}:{OWN_PORT}"
                for port in self._ports[half]
            ]
            for half in urls
        }

    # -- the halves --------------------------------------------------------------

    def _start_child(self, half: str, number: int, name: str) -> Program:
        target = self.targets[half]
        if self._image is None and target.kind != "container":
            return super()._start_child(half, number, name)
        port = self._ports[half][number]
        variables = {**self._variables(half, port), **self._switched[half]}
        variables |= self._options.half_env
        order = Order(
            name=_instance(half, port),
            image=target.argument,
            log=self._log(name),
            variables=variables,
            ports={OWN_PORT: port},
            network=self._network,
        )
        if target == REFERENCE:
            order = replace(
                order,
                image=self._image or "",
                entrypoint=["python3", "-m", "simulators.sync"],
                command=[half],
                variables={**variables, "SERVER_ADDRESS": "0.0.0.0"},
            )
        return Container(order)

    def _variables(self, half: str, port: int) -> dict[str, str]:
        build = environment.PROGRAMS[half]
        if self._image is None:
            return build(self._addresses, port=port).variables
        return build(environment.at_host(WORLD), port=OWN_PORT).variables

    def close(self) -> None:
        """Remove every container, then the network."""
        super().close()
        if self._world is not None:
            self._world.stop()
            self._world = None
        if self._network is not None:
            _remove_network(self._network)
            self._network = None


def _instance(half: str, port: int) -> str:
    """Name an instance in its network; the port of this machine tells two apart."""
    return f"{half}-{port}"


def _swapped(url: str, swap: dict[str, str]) -> str:
    for old, new in swap.items():
        url = url.replace(old, new)
    return url


def _made(order: Order) -> DockerContainer:
    try:
        from testcontainers.core.container import DockerContainer
    except ImportError as error:
        raise StackError(
            "containers need the package testcontainers: "
            "pip install 'tandem-sync[containers]'"
        ) from error
    made = DockerContainer(order.image, env=dict(order.variables))
    if order.command is not None:
        made.with_command(order.command)
    extra: dict[str, Any] = {}
    if order.entrypoint is not None:
        extra["entrypoint"] = order.entrypoint
    if order.network is None:
        made.with_kwargs(network_mode="host", **extra)
        return made
    # testcontainers would publish on all addresses; the engine takes a pair for one.
    ports: Any = made.ports
    for inside, outside in order.ports.items():
        ports[str(inside)] = (_LOOPBACK, outside)
    made.with_network(order.network).with_network_aliases(order.name)
    return made.with_kwargs(**extra)


def _made_network() -> Network:
    from testcontainers.core.network import Network

    try:
        network = Network().create()
    except Exception as error:
        raise StackError(f"the container engine makes no network: {error}") from error
    _networks.add(network)
    return network


def _remove_network(network: Network) -> None:
    _networks.discard(network)
    with contextlib.suppress(_engine_error()):
        network.remove()


def _engine_error() -> type[Exception]:
    from docker.errors import DockerException

    refused: type[Exception] = DockerException
    return refused


def _refusal(order: Order, error: Exception) -> str:
    if isinstance(error, StackError):
        return str(error)
    return (
        f"{order.name} cannot be started from the image {order.image}: {error}. "
        "`tandem doctor` looks whether an engine answers; an image that is not here "
        "and cannot be pulled must be built first"
    )


@atexit.register
def _remove_all() -> None:
    for container in list(_alive):
        container.kill()
    for network in list(_networks):
        _remove_network(network)
