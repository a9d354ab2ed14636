"""Topics: the envelope, raw delivery, filter policies."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from simulators.bus import BusError
from simulators.bus.filters import ATTRIBUTES_SCOPE, BODY_SCOPE, Filter
from simulators.bus.message import Attributes, normalise
from tests.bus.conftest import CREATED, QUEUE, ManualRig


def test_the_envelope_has_what_every_reader_needs(rig: ManualRig) -> None:
    """Type, Message, MessageAttributes.eventType.Type/Value (events-and-config 3.1)."""
    event = rig.publish()
    [message] = rig.take()
    body = json.loads(message.body)
    assert list(body)[:4] == ["Type", "MessageId", "TopicArn", "Message"]
    assert body["Type"] == "Notification"
    assert body["MessageId"] == event
    assert body["TopicArn"] == "arn:aws:sns:eu-west-2:000000000000:hmpps_domain_events"
    assert json.loads(body["Message"])["eventType"] == CREATED
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["Timestamp"])
    assert body["Timestamp"].startswith("2026-03-02T09:00:00")
    assert body["MessageAttributes"] == {
        "eventType": {"Type": "String", "Value": CREATED}
    }
    for name in ("Signature", "SignatureVersion", "SigningCertURL", "UnsubscribeURL"):
        assert body[name]
    assert message.attributes == {}


def test_raw_delivery_gives_the_bare_event_with_its_attributes(rig: ManualRig) -> None:
    """RawMessageDelivery: body as published, attributes as SQS attributes."""
    rig.bus.create_queue("raw")
    rig.bus.subscribe(rig.topic, "raw", raw=True)
    rig.publish()
    [message] = rig.bus.receive("raw")
    assert json.loads(message.body)["eventType"] == CREATED
    assert message.attributes == normalise({"eventType": CREATED})


def test_a_filtered_message_is_in_the_ledger_though_it_never_came(
    rig: ManualRig,
) -> None:
    """One fate per subscription: noise is filtered, counted, and named."""
    rig.publish(kind="prison.case-note.published")
    assert rig.take() == []
    assert rig.bus.ledger.fates["filtered"] == 1
    assert rig.kinds("copy") == rig.kinds("fate") == []
    assert rig.kinds("event")[0]["filtered"] == [QUEUE]
    assert rig.bus.ledger.balance() == []


def test_the_event_is_journalled_once_with_its_subjects(rig: ManualRig) -> None:
    """Topic, type, decoded body, attributes, cause."""
    rig.bus.publish(rig.topic, '{"no":"A1234BC"}', {"eventType": "x"}, cause="m-1")
    [event] = rig.kinds("event")
    assert event["topic"] == "hmpps_domain_events"
    assert event["body"] == {"no": "A1234BC"}
    assert event["attributes"] == {"eventType": "x"}
    assert event["cause"] == "m-1"
    assert event["subjects"] == ["A1234BC"]


def test_a_topic_answers_to_the_arn_of_the_configuration(rig: ManualRig) -> None:
    """Another region in the ARN is the same topic (events-and-config 4.4)."""
    arn = "arn:aws:sns:eu-west-1:000000000000:hmpps_domain_events"
    rig.bus.publish(arn, "{}", {"eventType": CREATED})
    assert len(rig.take()) == 1


def test_a_second_subscription_of_a_queue_keeps_the_first_filter(
    rig: ManualRig,
) -> None:
    """A build that subscribes itself neither fails nor narrows the harness's."""
    rig.bus.subscribe(rig.topic, QUEUE, {"eventType": ["other"]})
    rig.publish()
    assert len(rig.take(10)) == 1


NUMBER: Attributes = {"n": {"DataType": "Number", "StringValue": "5"}}
ARRAY: Attributes = {"t": {"DataType": "String.Array", "StringValue": '["GEN","KA"]'}}


@pytest.mark.parametrize(
    ("policy", "attributes", "wanted"),
    [
        ({"t": ["KA"]}, {"t": "KA"}, True),
        ({"t": ["KA"]}, {"t": "KB"}, False),
        ({"t": ["KA"]}, {}, False),
        ({"t": ["KA", "GEN"], "s": ["KS"]}, {"t": "GEN", "s": "KS"}, True),
        ({"t": ["KA", "GEN"], "s": ["KS"]}, {"t": "GEN"}, False),
        ({"t": [{"prefix": "person."}]}, {"t": CREATED}, True),
        ({"t": [{"prefix": "person."}]}, {"t": "prison.x"}, False),
        ({"t": [{"suffix": ".created"}]}, {"t": CREATED}, True),
        ({"t": [{"suffix": ".deleted"}]}, {"t": CREATED}, False),
        ({"t": [{"anything-but": ["a", "b"]}]}, {"t": "c"}, True),
        ({"t": [{"anything-but": ["a", "b"]}]}, {"t": "b"}, False),
        ({"t": [{"anything-but": "a"}]}, {}, False),
        ({"t": [{"anything-but": {"prefix": "a"}}]}, {"t": "ab"}, False),
        ({"t": [{"anything-but": {"suffix": "a"}}]}, {"t": "ab"}, True),
        ({"t": [{"exists": True}]}, {"t": "x"}, True),
        ({"t": [{"exists": True}]}, {}, False),
        ({"t": [{"exists": False}]}, {}, True),
        ({"t": [{"exists": False}]}, {"t": "x"}, False),
        ({"t": [{"equals-ignore-case": "ka"}]}, {"t": "KA"}, True),
        ({"t": [{"equals-ignore-case": "ka"}]}, {"t": "KB"}, False),
        ({"t": [{"wildcard": "person.*.created"}]}, {"t": CREATED}, True),
        ({"t": [{"wildcard": "person.*.deleted"}]}, {"t": CREATED}, False),
        ({"n": [{"numeric": [">", 4, "<=", 5]}]}, NUMBER, True),
        ({"n": [{"numeric": ["<", 5]}]}, NUMBER, False),
        ({"n": [5]}, NUMBER, True),
        ({"n": ["5"]}, NUMBER, False),
        ({"n": [{"numeric": ["=", 5]}]}, {"n": "5"}, False),
        ({"t": ["KA"]}, ARRAY, True),
        ({"t": ["KB"]}, ARRAY, False),
        ({"$or": [{"a": ["1"]}, {"b": ["2"]}]}, {"b": "2"}, True),
        ({"$or": [{"a": ["1"]}, {"b": ["2"]}]}, {"b": "1"}, False),
        ({"c": ["x"], "$or": [{"a": ["1"]}, {"b": ["2"]}]}, {"b": "2"}, False),
        ({"t": ["KA", {"prefix": "G"}]}, {"t": "GEN"}, True),
    ],
)
def test_filters_on_attributes_judge_as_sns_does(
    policy: dict[str, Any], attributes: Any, wanted: bool
) -> None:
    """Each operator, met and not met, and an absent attribute."""
    compiled = Filter(json.dumps(policy), ATTRIBUTES_SCOPE)
    assert compiled.matches(normalise(attributes), {}) is wanted


@pytest.mark.parametrize(
    ("policy", "body", "wanted"),
    [
        ({"info": {"source": ["DPS"]}}, {"info": {"source": "DPS"}}, True),
        ({"info": {"source": ["DPS"]}}, {"info": {"source": "NOMIS"}}, False),
        ({"info": {"sync": [True]}}, {"info": {"sync": True}}, True),
        ({"info": {"sync": [True]}}, {"info": {"sync": 1}}, False),
        ({"ids": {"type": ["NOMS"]}}, {"ids": [{"type": "X"}, {"type": "NOMS"}]}, True),
        ({"a": ["x"]}, {"a": ["y", "x"]}, True),
        ({"a": {"b": [{"exists": False}]}}, {}, True),
        ({"a": [None]}, {"a": None}, True),
    ],
)
def test_filters_on_the_body_reach_into_it(
    policy: dict[str, Any], body: Any, wanted: bool
) -> None:
    """MessageBody scope: nested members, arrays, booleans and nulls."""
    assert Filter(policy, BODY_SCOPE).matches({}, body) is wanted


@pytest.mark.parametrize(
    "policy",
    [
        {"a": "x"},
        {"a": []},
        {"a": {"b": ["x"]}},
        {"a": [{"unheard": 1}]},
        {"a": [{"numeric": ["<"]}]},
        {"$or": "x"},
        "not json",
    ],
)
def test_a_policy_sns_would_refuse_is_refused(policy: Any) -> None:
    """InvalidParameter when subscribing, not silence when publishing."""
    with pytest.raises(BusError, match="FilterPolicy"):
        Filter(policy, ATTRIBUTES_SCOPE)
