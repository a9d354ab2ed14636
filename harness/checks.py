"""What can be wrong in a line that a step does understand, seen without playing it.

A step says with `checked` what its arguments may be: `checked(date=a_date)`. A *rule*
is one function of the value and of the names the scenario has given so far; it raises
StepError with what is wrong and what would be right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from harness.scene import StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.gherkin import StepDefinition

    Rule = Callable[[Any, "Names"], None]

_Function = TypeVar("_Function", bound="Callable[..., Any]")
_RULES = "tandem_rules"


@dataclass
class Names:
    """The names a scenario has given so far to prisoners and to notes."""

    prisoners: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)


def checked(**rules: Rule) -> Callable[[_Function], _Function]:
    """Say what a step's arguments may be; stands below the step's own decorator.

    A rule called `arguments` is given all of them at once.
    """

    def mark(function: _Function) -> _Function:
        setattr(function, _RULES, rules)
        return function

    return mark


def fault(
    definition: StepDefinition, arguments: Mapping[str, Any], names: Names
) -> str | None:
    """Say what is wrong with the arguments of a line, and keep the names it gives."""
    rules: Mapping[str, Rule] = getattr(definition.context.step_func, _RULES, {})
    for argument, rule in rules.items():
        value = arguments if argument == "arguments" else arguments.get(argument)
        if value is None:
            continue
        try:
            rule(value, names)
        except StepError as error:
            return str(error)
    return None
