"""A queue's attributes: read, checked and printed as SQS does.

Values arrive as strings (or numbers, from other tools) and are returned as strings.
`RedrivePolicy` is returned exactly as it was set; its `maxReceiveCount` may be a
string or a number (events-and-config 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.bus.errors import BusError, invalid_attribute
from simulators.bus.message import SQS_LIMIT, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

# name: (default, least, most), seconds or bytes
_NUMBERS = {
    "VisibilityTimeout": (30, 0, 43_200),
    "MessageRetentionPeriod": (345_600, 60, 1_209_600),
    "DelaySeconds": (0, 0, 900),
    "ReceiveMessageWaitTimeSeconds": (0, 0, 20),
    "MaximumMessageSize": (SQS_LIMIT, 1024, SQS_LIMIT),
}
_TEXTS = frozenset({"RedrivePolicy", "RedriveAllowPolicy", "Policy"})
# Accepted, kept and printed; they change nothing here.
_INERT = frozenset(
    {
        "KmsMasterKeyId",
        "KmsDataKeyReusePeriodSeconds",
        "SqsManagedSseEnabled",
    }
)


@dataclass(frozen=True, slots=True)
class Redrive:
    """Where a message goes that was received `max_receives` times."""

    target_arn: str
    max_receives: int

    @property
    def target(self) -> str:
        """The dead-letter queue's name."""
        return self.target_arn.rsplit(":", 1)[-1]


@dataclass(slots=True)
class Settings:
    """The attributes of one queue, by their SQS names, plus the parsed redrive."""

    numbers: dict[str, int] = field(
        default_factory=lambda: {name: spec[0] for name, spec in _NUMBERS.items()}
    )
    texts: dict[str, str] = field(default_factory=dict)
    redrive: Redrive | None = None

    def apply(self, attributes: Mapping[str, Any]) -> None:
        """Set attributes; nothing is set when one of them is wrong."""
        numbers: dict[str, int] = {}
        texts: dict[str, str] = {}
        redrive = self.redrive
        for name, value in attributes.items():
            if name in _NUMBERS:
                numbers[name] = _number(name, value)
            elif name == "RedrivePolicy":
                redrive = _redrive(value)
                texts[name] = str(value)
            elif name in _TEXTS or name in _INERT:
                texts[name] = str(value)
            else:
                raise BusError("InvalidAttributeName", f"Unknown Attribute {name}.")
        self.numbers.update(numbers)
        self.texts.update(texts)
        self.redrive = redrive

    def describe(self) -> dict[str, str]:
        """Return what was set and the defaults, as strings."""
        shown = {name: str(value) for name, value in self.numbers.items()}
        shown["SqsManagedSseEnabled"] = "false"
        shown.update({name: text for name, text in self.texts.items() if text})
        return shown


def _number(name: str, value: Any) -> int:
    _, least, most = _NUMBERS[name]
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise invalid_attribute(name, value) from None
    if not least <= number <= most:
        raise invalid_attribute(name, value)
    return number


def _redrive(value: Any) -> Redrive | None:
    if value == "":
        return None  # an empty policy removes the one that was there
    policy = parse(value) if isinstance(value, str) else value
    if not isinstance(policy, dict) or "deadLetterTargetArn" not in policy:
        raise invalid_attribute("RedrivePolicy", value)
    try:
        most = int(policy["maxReceiveCount"])
    except (KeyError, TypeError, ValueError):
        raise invalid_attribute("RedrivePolicy", value) from None
    if not 1 <= most <= 1000:  # noqa: PLR2004 - the range SQS documents
        raise invalid_attribute("RedrivePolicy", value)
    return Redrive(str(policy["deadLetterTargetArn"]), most)
