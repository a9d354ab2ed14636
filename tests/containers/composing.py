"""Compose, on ports and a network of a test's own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess

from tests.delivery.workflow import ROOT

_UP_WAIT = 120


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on just now."""
    lines = [socket.socket() for _ in range(count)]
    for line in lines:
        line.bind(("127.0.0.1", 0))
    ports = [line.getsockname()[1] for line in lines]
    for line in lines:
        line.close()
    return ports


class Compose:
    """Compose, in whichever of its two forms is here, on ports of our own."""

    def __init__(self, image: str) -> None:
        """Take free ports and a network of our own, so that others may be up too."""
        plugin = ["docker", "compose"]
        found = shutil.which("docker-compose")
        if os.environ.get("TANDEM_ENGINE") == "docker":
            found = None
        self.command = [found] if found else plugin
        self.aws, self.control, self.services = free_ports(3)
        self.environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": f"tandem-tested-{os.getpid()}",
            "NETWORK": f"hmpps-tested-{os.getpid()}",
            "TANDEM_IMAGE": image,
            "AWS_PORT": str(self.aws),
            "CONTROL_PORT": str(self.control),
            "SERVICES_PORT": str(self.services),
        }

    def __call__(self, *words: str, wait: float = _UP_WAIT) -> tuple[int, str]:
        """Run a command of compose; returns its status and all it said."""
        done = subprocess.run(
            [*self.command, *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=wait,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr
