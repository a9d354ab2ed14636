"""One operation of a contract and the checks of what it takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.parameters import Parameter
from contracts.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.schemas import Check, Schemas

FORM = "application/x-www-form-urlencoded"


class Operation:
    """What the contract says about one method on one path.

    `id` is the name of the Python function that serves it; `roles` are the roles of
    which a token needs one (empty: any valid token, None: no token at all);
    `user_action` says what a user does with it, `writes` that it changes state, `bulk`
    that one call carries a person's whole history, which may be megabytes.
    """

    __slots__ = (
        "_bodies",
        "_checked",
        "_request",
        "_schemas",
        "_where",
        "body_required",
        "bulk",
        "document",
        "form",
        "has_body",
        "id",
        "method",
        "parameters",
        "path",
        "roles",
        "user_action",
        "writes",
    )

    def __init__(self, method: str, path: str, schemas: Schemas) -> None:
        """Read the operation at `paths/<path>/<method>`."""
        self._schemas = schemas
        self._where = ("paths", path, method.lower())
        document = schemas.at(self._where)
        self.document: dict[str, Any] = document
        self.id: str = document["operationId"]
        self.method = method.upper()
        self.path = path
        self.roles = _roles(document)
        self.user_action: str | None = document.get("x-user-action")
        self.writes = bool(document.get("x-writes", False))
        self.bulk = bool(document.get("x-bulk", False))
        self.has_body = "requestBody" in document
        self.body_required = False
        self.form = False
        if self.has_body:
            _, body = schemas.resolve((*self._where, "requestBody"))
            self.body_required = bool(body.get("required", False))
            self.form = FORM in body.get("content", {})
        self.parameters = self._declared()
        self._checked = [each for each in self.parameters if not each.free]
        self._request: Check | None = None
        self._bodies: dict[int, Check | str | None] = {}

    def __repr__(self) -> str:
        return f"<Operation {self.id}: {self.method} {self.path}>"

    def check_request(self, body: Any) -> list[Problem]:
        """Check a decoded request body; an operation without one accepts anything."""
        if not self.has_body:
            return []
        if self._request is None:
            where, document = self._schemas.resolve((*self._where, "requestBody"))
            media = next(iter(document["content"]))
            self._request = self._schemas.check((*where, "content", media, "schema"))
        return self._request(body)

    def check_parameters(
        self,
        path_params: Mapping[str, str],
        query: Mapping[str, list[str]],
        headers: Mapping[str, str] | None = None,
    ) -> list[Problem]:
        """Check parameters as received (text); unknown ones are ignored (0.2).

        Headers are checked when given, under lower-case names.
        """
        found: list[Problem] = []
        for parameter in self._checked:
            key, place = parameter.key, parameter.place
            if place == "query":
                found += parameter.check(query.get(key))
            elif place == "path" or headers is not None:
                source = path_params if place == "path" else headers or {}
                text = source.get(key)
                found += parameter.check(None if text is None else [text])
        return found

    def check_response(self, status: int, body: Any | None) -> list[Problem]:
        """Check an answer; `body` None means truly empty. Unknown status: a problem."""
        if status not in self._bodies:
            self._bodies[status] = self._response(status)
        check = self._bodies[status]
        if check == "undocumented":
            message = f"{self.id} does not document status {status}"
            return [Problem("", "status", message, "")]
        if check is None or isinstance(check, str):
            return [] if body is None else [_unexpected(self.id, status)]
        if body is None:
            message = f"{self.id} {status} must have a body, but it is empty"
            return [Problem("", "body", message, "")]
        return check(body)

    def _response(self, status: int) -> Check | str | None:
        responses = self.document["responses"]
        name = next((key for key in _names(status) if key in responses), None)
        if name is None:
            return "undocumented"
        where, document = self._schemas.resolve((*self._where, "responses", name))
        content = document.get("content")
        if not content:
            return None
        media = next(iter(content))
        return self._schemas.check((*where, "content", media, "schema"))

    def _declared(self) -> tuple[Parameter, ...]:
        # Parameters of the path item come first; the operation's own replace them.
        found: dict[tuple[str, str], Parameter] = {}
        for base in (self._where[:2], self._where):
            listed = self._schemas.at(base).get("parameters", [])
            for index in range(len(listed)):
                where, document = self._schemas.resolve(
                    (*base, "parameters", str(index))
                )
                parameter = Parameter(document, where, self._schemas)
                found[parameter.name, parameter.place] = parameter
        return tuple(found.values())


def _roles(document: dict[str, Any]) -> frozenset[str] | None:
    if "x-roles" in document:
        return frozenset(document["x-roles"])
    if document.get("security") == []:
        return None
    raise ValueError(
        f"{document['operationId']}: give x-roles (any of), or security: [] for an "
        "operation without a token"
    )


def _names(status: int) -> tuple[str, ...]:
    return str(status), f"{status // 100}XX", "default"


def _unexpected(operation: str, status: int) -> Problem:
    message = f"{operation} {status} must have an empty body"
    return Problem("", "body", message, "")
