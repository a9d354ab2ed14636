"""The build's own HTTP port: health, info, queue-admin and repair (6.5, 8.3, 9.6)."""

from __future__ import annotations

import base64
import json
import logging
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stranger.calling import Calls
    from tests.stranger.starter import LiveQueue

_log = logging.getLogger(__name__)
_QUEUE_ADMIN = "ROLE_SYSCON__QUEUE_ADMIN"

Answer = tuple[int, Any]


class Port:
    """Routes of one build; `add` repair endpoints."""

    def __init__(self, number: int, calls: Calls, queues: dict[str, LiveQueue]) -> None:
        """Listen on the loopback address at `number` once served."""
        self._calls = calls
        self._queues = queues
        self._routes: list[
            tuple[str, re.Pattern[str], str | None, Callable[..., Answer]]
        ] = []
        self.add("GET", "/health/(?:ping|liveness|readiness)", None, _up)
        self.add("GET", "/health", None, self._health)
        self.add("GET", "/info", None, lambda: (200, {"event-feature-switches": {}}))
        self.add("PUT", "/queue-admin/retry-dlq/([^/]+)", _QUEUE_ADMIN, self._retry)
        self.add("PUT", "/queue-admin/retry-all-dlqs", _QUEUE_ADMIN, self._retry_all)
        self.add("PUT", "/queue-admin/purge-queue/([^/]+)", _QUEUE_ADMIN, self._purge)
        handler = type("Handler", (_Handler,), {"port": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", number), handler)
        self._server.daemon_threads = True

    def add(
        self, method: str, pattern: str, role: str | None, run: Callable[..., Answer]
    ) -> None:
        """Answer `method` at `pattern`, its groups as arguments, for `role`."""
        self._routes.append((method, re.compile(pattern), role, run))

    def serve(self) -> None:
        """Serve until `stop`."""
        self._server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """End serving."""
        self._server.shutdown()

    def answer(self, method: str, path: str, authorization: str) -> Answer:
        """Return status and body."""
        for wanted, pattern, role, run in self._routes:
            found = pattern.fullmatch(path)
            if wanted != method or found is None:
                continue
            if role is not None:
                roles = _roles(authorization)
                if roles is None:
                    return 401, None
                if role not in roles:
                    return 403, {"status": 403}
            return run(*found.groups())
        return 404, {"status": 404}

    def _health(self) -> Answer:
        down = [name for name in self._calls.names() if not self._calls.ping(name)]
        for queue in self._queues.values():
            found = queue.client.get_queue_attributes(
                QueueUrl=queue.url, AttributeNames=["All"]
            )["Attributes"]
            if queue.dead_letters is not None and "RedrivePolicy" not in found:
                down.append(f"{queue.id}-health")
        status = "DOWN" if down else "UP"
        return (503 if down else 200), {"status": status, "down": down}

    def _retry(self, name: str) -> Answer:
        for queue in self._queues.values():
            if queue.dead_letters is not None and queue.dead_letters.name == name:
                return 200, {"messagesFoundCount": _move(queue, queue.dead_letters)}
        return 404, {"status": 404}

    def _retry_all(self) -> Answer:
        found = [
            {"messagesFoundCount": _move(queue, queue.dead_letters)}
            for queue in self._queues.values()
            if queue.dead_letters is not None
        ]
        return 200, found

    def _purge(self, name: str) -> Answer:
        for queue in self._queues.values():
            for one in (queue, queue.dead_letters):
                if one is not None and one.name == name:
                    one.client.purge_queue(QueueUrl=one.url)
                    return 200, {"messagesFoundCount": 0}
        return 404, {"status": 404}


class _Handler(BaseHTTPRequestHandler):
    port: ClassVar[Port]

    def _serve(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        try:
            status, body = self.port.answer(
                self.command, path, self.headers.get("Authorization", "")
            )
        except Exception as error:  # noqa: BLE001 - the real port answers 500
            _log.exception("%s %s", self.command, path)
            status = getattr(error, "status", None) or 500
            body = {"status": status, "developerMessage": str(error)}
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        _log.debug(format, *args)


def _up() -> Answer:
    return 200, {"status": "UP"}


def _move(queue: LiveQueue, bottom: LiveQueue) -> int:
    """Move all dead letters back, as StartMessageMoveTask does it (9.6)."""
    found = bottom.client.get_queue_attributes(
        QueueUrl=bottom.url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    count = int(found["Attributes"]["ApproximateNumberOfMessages"])
    if count:
        bottom.client.start_message_move_task(
            SourceArn=bottom.arn, DestinationArn=queue.arn
        )
    return count


def _roles(authorization: str) -> list[str] | None:
    """Read the authorities of a token; its signature is not our subject here."""
    parts = authorization.removeprefix("Bearer ").split(".")
    if len(parts) != len(("head", "claims", "signature")):
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    roles: list[str] = json.loads(base64.urlsafe_b64decode(padded))["authorities"]
    return roles
