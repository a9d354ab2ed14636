"""Where emulators disagree with AWS; each entry names the document that decides.

Engine, case, what the engine does, and what AWS documents. A case listed here must
fail on that engine: when it passes, the emulator was mended and the entry goes.
"""

from __future__ import annotations

from typing import NamedTuple


class Disagreement(NamedTuple):
    """One case in which an engine departs from AWS."""

    engine: str
    case: str
    does: str
    decides: str

    def __str__(self) -> str:
        return f"{self.engine} {self.does}; AWS decides: {self.decides}"


ENGINES = ("ministack", "moto")
_ATTRIBUTES = "SQS API Reference, SetQueueAttributes: InvalidAttributeName, ...Value"
_QUERY = "SQS Developer Guide, making query API requests: XML answers, escaped"

DISAGREEMENTS = (
    Disagreement(
        "ministack",
        "test_redrive_dead_letters_and_moves_back",
        "does not know ListDeadLetterSourceQueues",
        "SQS API Reference, ListDeadLetterSourceQueues",
    ),
    Disagreement(
        "ministack",
        "test_queues_can_be_found_changed_purged_and_deleted",
        "lists no queues as an empty list",
        "SQS API Reference, ListQueues: the member is left out when nothing matches",
    ),
    Disagreement(
        "ministack",
        "test_wrong_queue_attributes_are_refused[attributes1-InvalidAttributeName]",
        "swallows an attribute that does not exist",
        _ATTRIBUTES,
    ),
    Disagreement(
        "ministack",
        "test_sqs_also_answers_by_the_query_protocol",
        "gives no message by the query protocol",
        _QUERY,
    ),
    Disagreement(
        "moto",
        "test_health_reads_the_subscription_counts",
        "counts confirmed subscriptions as 0",
        "SNS API Reference, GetTopicAttributes: SubscriptionsConfirmed",
    ),
    Disagreement(
        "moto",
        "test_redrive_dead_letters_and_moves_back",
        "answers maxReceiveCount as a number where a text was set",
        "SQS API Reference, GetQueueAttributes: attributes come back as they were set",
    ),
    *(
        Disagreement(
            "moto",
            f"test_wrong_queue_attributes_are_refused[{case}]",
            "swallows it",
            _ATTRIBUTES,
        )
        for case in (
            "attributes0-InvalidAttributeValue",
            "attributes1-InvalidAttributeName",
            "attributes2-InvalidAttributeValue",
        )
    ),
    Disagreement(
        "moto",
        "test_messages_that_are_too_long_or_unwritable_are_refused",
        "takes control characters",
        "SQS API Reference, SendMessage: the characters that a message may hold",
    ),
    Disagreement(
        "moto",
        "test_sqs_also_answers_by_the_query_protocol",
        "answers 500",
        _QUERY,
    ),
)


def disagreement(engine: str | None, case: str) -> Disagreement | None:
    """Return the known disagreement of an engine in a case, if there is one."""
    for one in DISAGREEMENTS:
        if (one.engine, one.case) == (engine, case):
            return one
    return None
