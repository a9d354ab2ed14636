"""Mechanical mutants of the reference sync: small changes made by a script.

Kinds: a comparison inverted, a call left out, an `except` widened, two awaited calls
in a row swapped, a constant changed. A mutant is put in place by giving the function
that holds the change other code, so every reference to the function sees it; taking it
back gives the old code again.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import pkgutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "simulators.sync"
# Entry points and adapters of the wire tier, which the simulated tier does not run;
# settings and operators' endpoints, which have tests of their own; and the sync of
# alerts, of which only the notes are judged here.
_SKIPPED = frozenset({"__main__", "sockets", "telemetry", "settings", "admin"})
_ALERTS = "alert"
# Calls that tell operators something, and change nothing for users.
_TELLING = frozenset({"track", "alarm", "tell", "report_conflict"})
_INVERTED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    """One change: where (module, function, line), of what kind, and its words."""

    module: str
    function: str
    line: int
    kind: str
    words: str
    number: int

    @property
    def id(self) -> str:
        """Return a name that stays while the function's text does."""
        place = f"{self.module.rpartition('.')[2]}.{self.function}"
        return f"{place}:{self.kind}:{self.number}"


def modules() -> list[ModuleType]:
    """Return the modules of the reference sync, by name."""
    package = importlib.import_module(PACKAGE)
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return [
        importlib.import_module(f"{PACKAGE}.{name}")
        for name in names
        if name not in _SKIPPED and not name.startswith(_ALERTS)
    ]


def mutants() -> list[Mutant]:
    """Return every mutant of every function, in order."""
    return [
        Mutant(module.__name__, name, line, kind, words, number)
        for module in modules()
        for name, function in _functions(module)
        for number, (line, kind, words) in enumerate(_changes(function))
    ]


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """Put a mutant in place; undo it at the end."""
    module = importlib.import_module(mutant.module)
    function = _object(module, mutant.function)
    held = function.__code__
    function.__code__ = _code_of(mutant)
    _forget(module)
    try:
        yield
    finally:
        function.__code__ = held
        _forget(module)


def _forget(module: ModuleType) -> None:
    """Let functions that keep answers forget those of the other code."""
    for found in list(vars(module).values()):
        if hasattr(found, "cache_clear"):
            found.cache_clear()


@lru_cache(maxsize=4)
def _code_of(mutant: Mutant) -> CodeType:
    """Compile the function as the mutant has it."""
    module = importlib.import_module(mutant.module)
    tree = copy.deepcopy(_tree(mutant.module))
    _change(dict(_in(tree))[mutant.function], mutant.number)
    code = compile(ast.fix_missing_locations(tree), inspect.getfile(module), "exec")
    first = _object(module, mutant.function).__code__.co_firstlineno
    return next(
        one
        for one in _codes(code)
        if one.co_qualname == mutant.function and one.co_firstlineno == first
    )


def digest_of(mutant: Mutant) -> str:
    """Return what changes when the function's text does: a fate is one text's only."""
    for name, node in _in(_tree(mutant.module)):
        if name == mutant.function:
            return f"{crc32(ast.unparse(node).encode()):08x}"
    raise LookupError(f"{mutant.module} has no function {mutant.function}")


def lines_of(mutant: Mutant) -> set[int]:
    """Return the lines that run the changed place, or those of its function.

    A constant of `while True`, say, has no line of its own.
    """
    module = importlib.import_module(mutant.module)
    held = _object(module, mutant.function).__code__
    lines = {n for one in (held, *_codes(held)) for *_, n in one.co_lines() if n}
    lines.discard(held.co_firstlineno)
    return {mutant.line} if mutant.line in lines else lines


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(inspect.getsource(importlib.import_module(name)))


def _functions(module: ModuleType) -> Iterator[tuple[str, ast.AST]]:
    for name, node in _in(_tree(module.__name__)):
        found = _object(module, name, strict=False)
        # One that calls super() has a closure, which other code may not fit.
        if isinstance(found, FunctionType) and not found.__code__.co_freevars:
            yield name, node


def _in(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield functions and methods by qualified name; not those within functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _in(node, f"{prefix}{node.name}.")


def _object(module: ModuleType, name: str, *, strict: bool = True) -> Any:
    """Return the function of a qualified name, taken out of what wraps it."""
    found: Any = module
    for part in name.split("."):
        found = vars(found).get(part) if strict or hasattr(found, "__dict__") else None
    if isinstance(found, property):
        found = found.fget
    return inspect.unwrap(found) if callable(found) else found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _changes(function: ast.AST) -> list[tuple[int, str, str]]:
    """List what can be changed in a function, in the order `_change` counts."""
    return [(line, kind, words) for line, kind, words, _ in _sites(function)]


def _change(function: ast.AST, number: int) -> None:
    *_, change = list(_sites(function))[number]
    change()


def _sites(function: Any) -> Iterator[tuple[int, str, str, Any]]:
    # Not of decorators, defaults and annotations, which the code does not hold.
    walked = (node for part in function.body for node in ast.walk(part))
    yield from _left_out(function.body)
    for node in walked:
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield (*_named(node, "comparison"), _inverter(node))
        elif isinstance(node, ast.ExceptHandler) and node.type is not None:
            if ast.unparse(node.type) != "Exception":
                yield (*_named(node, "except"), _widener(node))
        elif isinstance(node, ast.Constant) and type(node.value) in {int, float, bool}:
            yield (*_named(node, "constant"), _changer(node))
        for body in _bodies(node):
            yield from _left_out(body)


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        if isinstance(body, list):
            yield body


def _left_out(body: list[ast.stmt]) -> Iterator[tuple[int, str, str, Any]]:
    for position, statement in enumerate(body):
        if not _is_call(statement):
            continue
        yield (*_named(statement, "call"), _remover(body, position))
        after = body[position + 1 : position + 2]
        if after and _is_call(after[0]) and _awaits(statement) and _awaits(after[0]):
            yield (*_named(statement, "order"), _swapper(body, position))


def _is_call(statement: ast.stmt) -> bool:
    """Whether a statement is a call that does something but tell the operators."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    call = value.value if isinstance(value, ast.Await) else value
    if not isinstance(call, ast.Call):
        return False
    return not (isinstance(call.func, ast.Name) and call.func.id in _TELLING)


def _awaits(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Await)


def _named(node: Any, kind: str) -> tuple[int, str, str]:
    return node.lineno, kind, ast.unparse(node).splitlines()[0][:80]


def _inverter(node: ast.Compare) -> Any:
    def invert() -> None:
        node.ops = [_INVERTED[type(node.ops[0])]()]

    return invert


def _widener(node: ast.ExceptHandler) -> Any:
    def widen() -> None:
        node.type = ast.Name("Exception", ast.Load())

    return widen


def _changer(node: ast.Constant) -> Any:
    def change() -> None:
        value = node.value
        node.value = not value if isinstance(value, bool) else value + 1  # type: ignore[operator]

    return change


def _remover(body: list[ast.stmt], position: int) -> Any:
    def remove() -> None:
        body[position] = ast.copy_location(ast.Pass(), body[position])

    return remove


def _swapper(body: list[ast.stmt], position: int) -> Any:
    def swap() -> None:
        body[position], body[position + 1] = body[position + 1], body[position]

    return swap
