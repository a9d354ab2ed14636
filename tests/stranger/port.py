"""The build's own HTTP port: health, info, queue-admin and repair (6.5, 8.3, 9.6)."""

from __future__ import annotations

import json
import logging
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

from tests.stranger.identity import Identity
from tests.stranger.queue_admin import Answer, QueueAdmin

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stranger.calling import Calls
    from tests.stranger.settings import Settings
    from tests.stranger.starter import Starter

_log = logging.getLogger(__name__)
_QUEUE_ADMIN = "ROLE_SYSCON__QUEUE_ADMIN"


class Port:
    """Routes of one build; `add` repair endpoints."""

    def __init__(self, settings: Settings, calls: Calls, started: Starter) -> None:
        """Listen on the loopback address at `server.port` once served."""
        self._calls = calls
        self._settings = settings
        self._admin = admin = QueueAdmin(started)
        self._identity = Identity(calls.keys)
        self._routes: list[
            tuple[str, re.Pattern[str], str | None, Callable[..., Answer]]
        ] = []
        self.add("GET", "/health/(?:ping|liveness|readiness)", None, _up)
        self.add("GET", "/health", None, self._health)
        self.add("GET", "/info", None, self._info)
        role = _QUEUE_ADMIN
        self.add("PUT", "/queue-admin/retry-dlq/([^/]+)", role, admin.retry)
        self.add("PUT", "/queue-admin/retry-all-dlqs", role, admin.retry_all)
        self.add("PUT", "/queue-admin/purge-queue/([^/]+)", role, admin.purge)
        self.add("GET", "/queue-admin/get-dlq-messages/([^/]+)", role, admin.show)
        handler = type("Handler", (_Handler,), {"port": self})
        number = int(settings.find("server.port") or "8080")
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
                roles = self._identity.roles(authorization)
                if roles is None:
                    return 401, None
                if role not in roles:
                    return 403, {"status": 403}
            return run(*found.groups())
        return 404, {"status": 404}

    def _health(self) -> Answer:
        down = [name for name in self._calls.names() if not self._calls.ping(name)]
        down += self._admin.down()
        status = "DOWN" if down else "UP"
        return (503 if down else 200), {"status": status, "down": down}

    def _info(self) -> Answer:
        return 200, {"event-feature-switches": self._settings.switches()}


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
