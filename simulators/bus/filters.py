"""SNS subscription filter policies, compiled once, evaluated for every publish.

Scopes: `MessageAttributes` (default) and `MessageBody`. Operators: exact values,
prefix, suffix, anything-but (also of prefix, suffix, wildcard, equals-ignore-case),
exists, numeric, equals-ignore-case, wildcard, and `$or` between keys. An absent key
matches only `{"exists": false}`.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any

from simulators.bus.errors import BusError
from simulators.bus.message import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.bus.message import Attributes

ATTRIBUTES_SCOPE = "MessageAttributes"
BODY_SCOPE = "MessageBody"
SCOPES = (ATTRIBUTES_SCOPE, BODY_SCOPE)

# The values found under a key; none at all means that the key is absent.
_Values = list[Any]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Filter:
    """A compiled policy: `matches` tells whether a message is wanted."""

    def __init__(self, policy: str | Mapping[str, Any], scope: str) -> None:
        """Compile; a policy SNS would refuse raises InvalidParameter."""
        document = parse(policy) if isinstance(policy, str) else dict(policy)
        if not isinstance(document, dict) or scope not in SCOPES:
            raise _invalid(f"not a filter policy for scope {scope}: {policy!r}")
        self._by_body = scope == BODY_SCOPE
        self._test = _compile_all(document, nested=self._by_body)

    def matches(self, attributes: Attributes, document: Any) -> bool:
        """Judge a message by its attributes, or by its decoded body."""
        if self._by_body:
            return isinstance(document, dict) and self._test(document)
        return self._test(attributes)


def _compile_all(policy: Mapping[str, Any], *, nested: bool) -> Callable[[Any], bool]:
    tests = [
        _compile_or(rule, nested=nested)
        if key == "$or"
        else _compile_key(key, rule, nested=nested)
        for key, rule in policy.items()
    ]
    if len(tests) == 1:
        return tests[0]
    return lambda message: all(test(message) for test in tests)


def _compile_or(rule: Any, *, nested: bool) -> Callable[[Any], bool]:
    if not isinstance(rule, list) or not all(isinstance(r, dict) for r in rule):
        raise _invalid("$or wants a list of policies")
    branches = [_compile_all(branch, nested=nested) for branch in rule]
    return lambda message: any(branch(message) for branch in branches)


def _compile_key(key: str, rule: Any, *, nested: bool) -> Callable[[Any], bool]:
    if isinstance(rule, dict):
        if not nested:
            raise _invalid(f"{key}: nested policies need the scope {BODY_SCOPE}")
        inner = _compile_all(rule, nested=True)
        return lambda message: _any_object(message.get(key), inner)
    if not isinstance(rule, list) or not rule:
        raise _invalid(f"{key}: a rule is a list with at least one entry")
    if not nested and all(isinstance(each, str) for each in rule):
        return _names_one(key, frozenset(rule))
    test = _compile_rules(key, rule)
    read = _body_values if nested else _attribute_values
    return lambda message: test(read(message, key))


def _compile_rules(key: str, rules: list[Any]) -> Callable[[_Values], bool]:
    exact = [rule for rule in rules if not isinstance(rule, dict)]
    others = [_compile_operator(key, r) for r in rules if isinstance(r, dict)]
    if others:
        return lambda values: (
            any(_equal(value, wanted) for value in values for wanted in exact)
            or any(test(values) for test in others)
        )
    return lambda values: any(_equal(v, wanted) for v in values for wanted in exact)


def _names_one(key: str, wanted: frozenset[str]) -> Callable[[Attributes], bool]:
    """Compile what nearly every subscription asks of every message."""

    def test(attributes: Attributes) -> bool:
        attribute = attributes.get(key)
        if attribute is not None and attribute["DataType"] == "String":
            return attribute.get("StringValue", "") in wanted
        values = _attribute_values(attributes, key)
        return any(isinstance(value, str) and value in wanted for value in values)

    return test


def _compile_operator(key: str, rule: dict[str, Any]) -> Callable[[_Values], bool]:
    if len(rule) != 1:
        raise _invalid(f"{key}: an operator stands alone, got {sorted(rule)}")
    name, argument = next(iter(rule.items()))
    if name == "exists":
        return lambda values: bool(values) == argument
    if name == "anything-but":
        unwanted = _compile_unwanted(key, argument)
        return lambda values: bool(values) and not any(unwanted(v) for v in values)
    test = _value_test(key, name, argument)
    return lambda values: any(test(value) for value in values)


def _compile_unwanted(key: str, argument: Any) -> Callable[[Any], bool]:
    if isinstance(argument, dict):
        name, inner = next(iter(argument.items()))
        many = inner if isinstance(inner, list) else [inner]
        tests = [_value_test(key, name, one) for one in many]
        return lambda value: any(test(value) for test in tests)
    unwanted = argument if isinstance(argument, list) else [argument]
    return lambda value: any(_equal(value, one) for one in unwanted)


def _value_test(key: str, name: str, argument: Any) -> Callable[[Any], bool]:
    if name == "numeric":
        return _numeric(key, argument)
    if not isinstance(argument, str):
        raise _invalid(f"{key}: {name} wants a text, got {argument!r}")
    if name == "prefix":
        return lambda value: isinstance(value, str) and value.startswith(argument)
    if name == "suffix":
        return lambda value: isinstance(value, str) and value.endswith(argument)
    if name == "equals-ignore-case":
        folded = argument.casefold()
        return lambda value: isinstance(value, str) and value.casefold() == folded
    if name == "wildcard":
        pattern = re.compile(".*".join(map(re.escape, argument.split("*"))), re.DOTALL)
        return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))
    raise _invalid(f"{key}: unknown operator {name!r}")


def _numeric(key: str, argument: Any) -> Callable[[Any], bool]:
    if not isinstance(argument, list) or len(argument) % 2 or not argument:
        raise _invalid(f"{key}: numeric wants pairs of comparison and number")
    pairs = list(zip(argument[::2], argument[1::2], strict=True))
    if any(sign not in _COMPARE or not _is_number(bound) for sign, bound in pairs):
        raise _invalid(f"{key}: numeric cannot read {argument!r}")
    return lambda value: (
        _is_number(value) and all(_COMPARE[sign](value, bound) for sign, bound in pairs)
    )


def _attribute_values(attributes: Attributes, key: str) -> _Values:
    attribute = attributes.get(key)
    if attribute is None:
        return []
    text = attribute.get("StringValue", "")
    kind = attribute["DataType"]
    if kind == "String":
        return [text]
    if kind == "String.Array":
        many = parse(text)
        return many if isinstance(many, list) else [text]
    if kind.startswith("Number"):
        number = parse(text)
        return [number] if _is_number(number) else []
    return [text] if kind.startswith("String") else []


def _body_values(body: Any, key: str) -> _Values:
    if not isinstance(body, dict) or key not in body:
        return []
    value = body[key]
    return value if isinstance(value, list) else [value]


def _any_object(value: Any, test: Callable[[Any], bool]) -> bool:
    if isinstance(value, list):
        return any(_any_object(item, test) for item in value)
    # An absent object still satisfies {"exists": false} on what would be inside it.
    return test(value if isinstance(value, dict) else {})


def _equal(value: Any, wanted: Any) -> bool:
    # JSON's true is not the number 1.
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(value == wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _invalid(reason: str) -> BusError:
    return BusError("InvalidParameter", f"Invalid parameter: FilterPolicy: {reason}")
