"""SNS topics and SQS queues: a pure core with a ledger, and an AWS protocol shell."""

from simulators.bus.copies import FATES, Copy
from simulators.bus.core import Bus
from simulators.bus.errors import BusError
from simulators.bus.message import Attribute, Delivery
from simulators.bus.rules import REVERSED, Match

__all__ = [
    "FATES",
    "REVERSED",
    "Attribute",
    "Bus",
    "BusError",
    "Copy",
    "Delivery",
    "Match",
]
