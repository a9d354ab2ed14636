"""Calls to one service, each answer held to our contract of that service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import msgspec

import contracts
from contracts import NoRoute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from contracts import Operation

    Mint = Callable[[Iterable[str] | None, str | None], str]

_PATIENCE = 30.0
NO_BODY: Any = object()


class ContractBroken(AssertionError):  # noqa: N818 - a failed case, not an accident
    """An answer does not fit our contract of the service."""


@dataclass(frozen=True)
class Answer:
    """An answer as received; `body` is decoded JSON, or None when truly empty."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""


class Api:
    """One service at one base URL, called as a client of it."""

    def __init__(self, service: str, url: str, mint: Mint) -> None:
        """`mint(roles, user)` gives a bearer token; roles None: all that are needed."""
        self.service = service
        self.url = url.rstrip("/")
        self.contract = contracts.load(service)
        self._mint = mint
        self._client = httpx.Client(timeout=_PATIENCE, trust_env=False)

    def get(self, path: str, **options: Any) -> Answer:
        """GET; see `call`."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = NO_BODY, **options: Any) -> Answer:
        """POST; see `call`."""
        return self.call("POST", path, body, **options)

    def put(self, path: str, body: Any = NO_BODY, **options: Any) -> Answer:
        """PUT; see `call`."""
        return self.call("PUT", path, body, **options)

    def patch(self, path: str, body: Any = NO_BODY, **options: Any) -> Answer:
        """PATCH; see `call`."""
        return self.call("PATCH", path, body, **options)

    def delete(self, path: str, body: Any = NO_BODY, **options: Any) -> Answer:
        """DELETE; see `call`."""
        return self.call("DELETE", path, body, **options)

    def call(
        self,
        method: str,
        path: str,
        body: Any = NO_BODY,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        roles: Iterable[str] | None = None,
        user: str | None = None,
        token: str | None = NO_BODY,
    ) -> Answer:
        """Call and return the answer; `ContractBroken` when it breaks our contract.

        `body` is sent as JSON, `content` as it is. The token carries the roles that
        the operation needs, or exactly `roles`; `token` replaces it, None sends none.
        """
        match = self.contract.match(method, path)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if token is NO_BODY:
            sent.setdefault("authorization", self._bearer(match, roles, user))
        elif token is not None:
            sent.setdefault("authorization", f"Bearer {token}")
        if user is not None:
            sent.setdefault("username", user)
        if body is not NO_BODY:
            content = msgspec.json.encode(body)
        if content is not None:
            sent.setdefault("content-type", "application/json")
        target = self.url + path
        if query:
            target += "?" + urlencode(query, doseq=True)
        response = self._client.request(method, target, content=content, headers=sent)
        answer = Answer(
            response.status_code,
            _decoded(response),
            dict(response.headers),
            response.content,
        )
        if not isinstance(match, NoRoute):
            _check(match[0], answer)
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _bearer(
        self,
        match: tuple[Operation, dict[str, str]] | NoRoute,
        roles: Iterable[str] | None,
        user: str | None,
    ) -> str:
        if roles is None and not isinstance(match, NoRoute):
            operation = match[0]
            if operation.roles:
                return f"Bearer {self._mint(sorted(operation.roles), user)}"
        return f"Bearer {self._mint(roles, user)}"


def _decoded(response: httpx.Response) -> Any:
    if not response.content:
        return None
    try:
        return msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        return response.text


def _check(operation: Operation, answer: Answer) -> None:
    problems = operation.check_response(answer.status, answer.body)
    if problems:
        listed = "\n".join(f"  {one.where or '/'}: {one.message}" for one in problems)
        raise ContractBroken(
            f"{operation.method} {operation.path} answered {answer.status} with\n"
            f"  {answer.raw[:500]!r}\nwhich our contract does not allow:\n{listed}"
        )
