"""Topics, subscriptions, and the envelope in which SNS puts a message into a queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from simulators.bus.buswatch import Moment, stamp
from simulators.bus.errors import BusError
from simulators.bus.filters import ATTRIBUTES_SCOPE, Filter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.bus.message import Attributes

_encode = msgspec.json.Encoder().encode
_SETTABLE = frozenset(
    {"FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"}
)
# Present, well-formed and false: nobody here signs or verifies.
_SIGNATURE = "bm90IHNpZ25lZA=="
_SIGNER = "https://sns.{region}.amazonaws.com/"


@dataclass(frozen=True, slots=True)
class Notification:
    """A published message, worked out once for all its copies.

    `document` is the decoded body, the text itself when it is not JSON.
    """

    id: str
    message: str
    document: Any
    attributes: Attributes
    type: str
    subjects: frozenset[str]
    moment: Moment
    subject: str | None = None


@dataclass(slots=True)
class Subscription:
    """A queue that listens to a topic, with its filter."""

    arn: str
    topic_arn: str
    endpoint: str
    attributes: dict[str, str] = field(default_factory=dict)
    filter: Filter | None = None
    raw: bool = False
    queue: str = field(init=False)
    certificate_url: str = field(init=False)
    unsubscribe_url: str = field(init=False)

    def __post_init__(self) -> None:
        signer = _SIGNER.format(region=self.topic_arn.split(":")[3])
        self.queue = self.endpoint.rsplit(":", 1)[-1]
        self.certificate_url = signer + "SimpleNotificationService-0.pem"
        self.unsubscribe_url = f"{signer}?Action=Unsubscribe&SubscriptionArn={self.arn}"

    def wants(self, note: Notification) -> bool:
        """Tell whether the filter, if any, lets a message through."""
        if self.filter is None:
            return True
        return self.filter.matches(note.attributes, note.document)

    def apply(self, attributes: Mapping[str, str]) -> None:
        """Set attributes by their SNS names; an empty policy removes the filter."""
        for name in attributes:
            if name not in _SETTABLE:
                raise BusError(
                    "InvalidParameter", f"Invalid parameter: AttributeName: {name}"
                )
        merged = self.attributes | dict(attributes)
        policy = merged.get("FilterPolicy", "")
        scope = merged.get("FilterPolicyScope", ATTRIBUTES_SCOPE)
        unfiltered = policy in {"", "{}"}
        self.filter = None if unfiltered else Filter(policy, scope)
        self.raw = merged.get("RawMessageDelivery", "false").lower() == "true"
        self.attributes = merged

    def describe(self) -> dict[str, str]:
        """Return the attributes as GetSubscriptionAttributes prints them."""
        return {
            "SubscriptionArn": self.arn,
            "TopicArn": self.topic_arn,
            "Protocol": "sqs",
            "Endpoint": self.endpoint,
            "Owner": self.topic_arn.split(":")[4],
            "PendingConfirmation": "false",
            "ConfirmationWasAuthenticated": "true",
            "SubscriptionPrincipal": "arn:aws:iam::000000000000:root",
            "RawMessageDelivery": "false",
            **self.attributes,
        }


@dataclass(slots=True)
class Topic:
    """A standard topic and its subscriptions by ARN."""

    arn: str
    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of the ARN."""
        return self.arn.rsplit(":", 1)[-1]

    def describe(self) -> dict[str, str]:
        """Return the attributes as GetTopicAttributes prints them.

        The real builds' health check reads the two Subscriptions counts
        (events-and-config 4.4).
        """
        return {
            "TopicArn": self.arn,
            "Owner": self.arn.split(":")[4],
            "DisplayName": "",
            "Policy": "{}",
            "SubscriptionsConfirmed": str(len(self.subscriptions)),
            "SubscriptionsPending": "0",
            "SubscriptionsDeleted": "0",
        }


def envelope(subscription: Subscription, note: Notification) -> str:
    """Return the SQS body of a notification (events-and-config 3.1)."""
    document: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": note.id,
        "TopicArn": subscription.topic_arn,
    }
    if note.subject is not None:
        document["Subject"] = note.subject
    document["Message"] = note.message
    document["Timestamp"] = stamp(note.moment.epoch_ms)
    document["SignatureVersion"] = "1"
    document["Signature"] = _SIGNATURE
    document["SigningCertURL"] = subscription.certificate_url
    document["UnsubscribeURL"] = subscription.unsubscribe_url
    if note.attributes:
        document["MessageAttributes"] = {
            name: {
                "Type": attribute["DataType"],
                "Value": attribute.get("StringValue", attribute.get("BinaryValue", "")),
            }
            for name, attribute in note.attributes.items()
        }
    return _encode(document).decode()
