"""Which operation a request addresses: read off the contract's own paths.

Spring's order is kept: a literal segment wins over a parameter, and a path pattern
without the method does not hide a less literal one that has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.operation import Operation


@dataclass(frozen=True, slots=True)
class NoRoute:
    """No operation: `reason` is "path" or "method"; `allowed` lists methods."""

    reason: str
    allowed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    operations: dict[str, tuple[Operation, tuple[str, ...]]] = field(
        default_factory=dict
    )


class Routes:
    """A tree of path segments over the operations of one contract."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        """Index operations; ValueError when two claim one method and path shape."""
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        names: list[str] = []
        for segment in operation.path.split("/")[1:]:
            if segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        rival = node.operations.get(operation.method)
        if rival is not None:
            raise ValueError(
                f"{operation.id} and {rival[0].id} both claim "
                f"{operation.method} {operation.path}"
            )
        node.operations[operation.method] = (operation, tuple(names))

    def match(
        self, method: str, path: str
    ) -> tuple[Operation, dict[str, str]] | NoRoute:
        """Return the operation and its decoded path parameters, or why there is none.

        `path` is the raw path: percent escapes are decoded within a segment, so an
        escaped slash never makes a new one.
        """
        segments = path.split("/")
        if "%" in path:
            segments = [unquote(segment) for segment in segments]
        allowed: set[str] = set()
        for node, values in _candidates(self._root, segments):
            found = node.operations.get(method)
            if found is not None:
                operation, names = found
                return operation, dict(zip(names, values, strict=True))
            allowed.update(node.operations)
        if allowed:
            return NoRoute("method", tuple(sorted(allowed)))
        return NoRoute("path")


def _candidates(
    root: _Node, segments: list[str]
) -> Iterator[tuple[_Node, tuple[str, ...]]]:
    """Yield the nodes that fit all segments, the most literal first."""
    if segments[0]:
        return
    last = len(segments)
    stack: list[tuple[_Node, int, tuple[str, ...]]] = [(root, 1, ())]
    while stack:
        node, index, values = stack.pop()
        if index == last:
            if node.operations:
                yield node, values
            continue
        segment = segments[index]
        # Pushed first, taken last: the literal branch is tried before the parameter.
        if node.parameter is not None and segment:
            stack.append((node.parameter, index + 1, (*values, segment)))
        literal = node.literals.get(segment)
        if literal is not None:
            stack.append((literal, index + 1, values))
