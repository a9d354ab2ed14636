"""What the bus refuses, worded and coded as AWS words and codes it.

A `BusError` carries both codes of one failure: the shape name of the JSON protocol
and the code of the older query protocol (also sent as `x-amzn-query-error`).
"""

from __future__ import annotations

_PREFIX = "AWS.SimpleQueueService."


class BusError(Exception):
    """A refused operation: `code` (JSON), `query_code`, `status` and the message."""

    def __init__(
        self, code: str, message: str, *, query_code: str = "", status: int = 400
    ) -> None:
        """Keep the parts; `query_code` defaults to `code`."""
        super().__init__(message)
        self.code = code
        self.query_code = query_code or code
        self.message = message
        self.status = status


def queue_does_not_exist(name: str) -> BusError:
    """Say which queue is missing (the real text does not)."""
    return BusError(
        "QueueDoesNotExist",
        f"The specified queue does not exist. ({name})",
        query_code=_PREFIX + "NonExistentQueue",
    )


def topic_not_found(name: str) -> BusError:
    """No such topic: SNS answers 404."""
    return BusError("NotFound", f"Topic does not exist ({name})", status=404)


def receipt_invalid(receipt: str) -> BusError:
    """Not a receipt handle that this bus could ever have given."""
    return BusError(
        "ReceiptHandleIsInvalid",
        f'The input receipt handle "{receipt}" is not a valid receipt handle.',
    )


def not_in_flight(receipt: str) -> BusError:
    """Refuse to change the visibility of a message that is visible again."""
    return BusError(
        "MessageNotInflight",
        f"The message of receipt handle {receipt} is not in flight.",
        query_code=_PREFIX + "MessageNotInflight",
    )


def invalid_parameter(name: str, value: object, reason: str) -> BusError:
    """Refuse a parameter's value."""
    return BusError(
        "InvalidParameterValue",
        f"Value {value} for parameter {name} is invalid. Reason: {reason}",
    )


def missing_parameter(name: str) -> BusError:
    """Refuse a request without a parameter it needs."""
    return BusError(
        "MissingParameter", f"The request must contain the parameter {name}."
    )


def invalid_attribute(name: str, value: object) -> BusError:
    """Refuse a queue attribute's value."""
    return BusError(
        "InvalidAttributeValue", f"Invalid value {value} for the attribute {name}."
    )


def batch(problem: str, message: str) -> BusError:
    """Refuse a whole batch: EmptyBatchRequest, TooManyEntriesInBatchRequest, ..."""
    return BusError(problem, message, query_code=_PREFIX + problem)


def unsupported(message: str) -> BusError:
    """Refuse what this bus does not offer (FIFO), saying so plainly."""
    return BusError(
        "UnsupportedOperation", message, query_code=_PREFIX + "UnsupportedOperation"
    )


def not_fifo(name: str) -> BusError:
    """Both syncs use standard queues; FIFO order is not simulated."""
    return unsupported(
        f"{name}: FIFO queues and topics are not simulated; case-note queues are "
        "standard ones (events-and-config 4.2). Use a name without .fifo"
    )
