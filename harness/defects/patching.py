"""Patching attributes and taking the patch back exactly, also when nested."""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

_MISSING = object()
_PACKAGE = "simulators."


@contextmanager
def attribute(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Set an attribute of a module or class; at the end it is as it was.

    What is kept is what stood in the owner itself (a descriptor stays one), so an
    inherited attribute comes back by removing ours.
    """
    if not hasattr(owner, name):
        raise AttributeError(f"{owner} has no {name} to plant a defect in")
    held = vars(owner).get(name, _MISSING)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if held is _MISSING:
            delattr(owner, name)
        else:
            setattr(owner, name, held)


@contextmanager
def item(mapping: MutableMapping[Any, Any], key: Any, value: Any) -> Iterator[None]:
    """Set an item of a dict; at the end it is as it was."""
    held = mapping.get(key, _MISSING)
    mapping[key] = value
    try:
        yield
    finally:
        if held is _MISSING:
            del mapping[key]
        else:
            mapping[key] = held


@contextmanager
def function(original: Callable[..., Any], made: Callable[..., Any]) -> Iterator[None]:
    """Put `made` in place of a module-level function, wherever it was imported.

    It must take what the original takes: a defect that crashes is another defect.
    """
    if not fits(original, made):
        raise TypeError(f"{made} does not take the arguments of {original}")
    places: list[tuple[ModuleType, str]] = [
        (module, name)
        for module in list(sys.modules.values())
        if isinstance(module, ModuleType) and module.__name__.startswith(_PACKAGE)
        for name, value in list(vars(module).items())
        if value is original
    ]
    if not places:
        raise LookupError(f"nothing is bound to {original}")
    for module, name in places:
        setattr(module, name, made)
    try:
        yield
    finally:
        for module, name in places:
            setattr(module, name, original)


def fits(original: Callable[..., Any], made: Callable[..., Any]) -> bool:
    """Whether a call of the original is one that the other function takes."""
    asked = inspect.signature(original).parameters.values()
    if any(one.kind is one.VAR_POSITIONAL for one in asked):
        return True  # another defect's stand-in, which takes whatever comes
    wanted = [one for one in asked if one.default is one.empty]
    try:
        inspect.signature(made).bind(
            *(one for one in wanted if one.kind is one.POSITIONAL_OR_KEYWORD),
            **{one.name: one for one in wanted if one.kind is one.KEYWORD_ONLY},
        )
    except TypeError:
        return False
    return True


def around(owner: Any, name: str, made: Callable[..., Any]) -> Any:
    """Patch a method with one that gets the original as its first argument.

    `made(original, self, ...)`; for an async method `made` is async as well.
    """
    original = vars(owner)[name]

    @wraps(original)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        return made(original, *arguments, **named)

    return attribute(owner, name, wrapper)


def answers(value: Any) -> Callable[..., Any]:
    """Return a function that answers `value` whatever it is asked."""

    def answer(*_: Any, **__: Any) -> Any:
        return value

    return answer


def does_nothing(value: Any = None) -> Callable[..., Any]:
    """Return a coroutine function that does nothing and answers `value`."""

    async def nothing(*_: Any, **__: Any) -> Any:
        return value

    return nothing
