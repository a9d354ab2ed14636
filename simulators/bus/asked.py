"""What an AWS operation was asked: parameters read with AWS's own complaints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators.bus.errors import BusError, batch, invalid_parameter, missing_parameter

_BATCH = 10
_ID_LENGTH = 80


@dataclass(slots=True)
class Asked:
    """Parameters in the JSON protocol's shape, and who asks.

    `host` is the Host header, from which queue URLs are built; `consumer` the access
    key id of the signature (any is accepted); `cause` the header `x-tandem-cause`.
    """

    parameters: dict[str, Any]
    host: str = "localhost"
    consumer: str | None = None
    cause: str | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """Return a parameter, `default` when it is absent or null."""
        value = self.parameters.get(name)
        return default if value is None else value

    def need(self, name: str) -> Any:
        """Return a parameter that must be there."""
        value = self.parameters.get(name)
        if value is None or value == "":
            raise missing_parameter(name)
        return value

    def number(self, name: str) -> int | None:
        """Return an integer parameter (the query protocol sends text)."""
        value = self.parameters.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise invalid_parameter(name, value, "Must be an integer") from None

    def queue_name(self) -> str:
        """Return the queue's name: the last segment of its URL, whatever the host."""
        return str(self.need("QueueUrl")).rstrip("/").rsplit("/", 1)[-1]

    def entry(self, parameters: dict[str, Any]) -> Asked:
        """Return one batch entry as if it had been asked alone."""
        return Asked(parameters, self.host, self.consumer, self.cause)

    def entries(self, name: str) -> list[Asked]:
        """Return a batch's entries: 1 to 10, with distinct and well-formed ids."""
        found = self.get(name) or []
        if not found:
            raise batch("EmptyBatchRequest", "There should be at least one entry.")
        if len(found) > _BATCH:
            raise batch(
                "TooManyEntriesInBatchRequest",
                f"Maximum number of entries per request are 10. You have sent "
                f"{len(found)}.",
            )
        ids = [str(entry.get("Id", "")) for entry in found]
        for given in ids:
            plain = given.replace("-", "").replace("_", "")
            if not plain.isalnum() or len(given) > _ID_LENGTH:
                raise batch(
                    "InvalidBatchEntryId",
                    "A batch entry id can only contain alphanumeric characters, "
                    "hyphens and underscores. It can be at most 80 letters long.",
                )
        repeated = [given for given in ids if ids.count(given) > 1]
        if repeated:
            raise batch("BatchEntryIdsNotDistinct", f"Id {repeated[0]} repeated.")
        return [self.entry(entry) for entry in found]


def failed(entry: Asked, error: BusError) -> dict[str, Any]:
    """Return a batch's `Failed` element: each entry fails alone."""
    return {
        "Id": entry.need("Id"),
        "SenderFault": True,
        "Code": error.query_code,
        "Message": error.message,
    }
