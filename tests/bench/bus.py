"""The bus against ministack and moto: publishing, and from publish to received.

The same plain requests go to all three, unsigned but for a dummy header by which moto
tells services apart. Ours keeps its ledger and journal meanwhile; theirs have none.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import httpx

from tests.bench import cores
from tests.bench.lines import Outcome, Server, drive, request
from tests.bench.peers import PEERS, NoPeer, peer
from tests.bench.report import figure, milliseconds, quantile, ratio, say
from tests.bench.worlds import world

if TYPE_CHECKING:
    from tests.bench.lines import Check

LINES = 8
SECONDS = 4.0
PACE, SENT = 50.0, 250
"""Messages a second, and how many, of the measurement from publish to received."""
WAIT, BATCH = 2, 10
ACCOUNT, REGION = "000000000000", "eu-west-2"
POLICY = {"eventType": ["person.case-note.created", "person.case-note.updated"]}
BODY = {
    "eventType": "person.case-note.created",
    "additionalInformation": {"id": "0197b2ae-0000-7000-8000-000000000000"},
    "personReference": {"identifiers": [{"type": "NOMS", "value": "A1234BC"}]},
    "description": "A case note has been created for a person. " * 8,
}
_ARN = re.compile(r"<TopicArn>([^<]+)<")


@dataclass(frozen=True)
class Engine:
    """One SNS and SQS, with a topic and a queue subscribed by a filter."""

    server: Server
    topic: str
    queue: str

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.port}/"

    def publish(self, number: int) -> bytes:
        """Return the form that publishes one event."""
        fields = {
            "Action": "Publish",
            "Version": "2010-03-31",
            "TopicArn": self.topic,
            "Message": json.dumps({**BODY, "number": number}),
            "MessageAttributes.entry.1.Name": "eventType",
            "MessageAttributes.entry.1.Value.DataType": "String",
            "MessageAttributes.entry.1.Value.StringValue": BODY["eventType"],
        }
        return urlencode(fields).encode()


def run() -> list[str]:
    """Measure; returns what was wrong."""
    problems: list[str] = []
    with cores.on(cores.LOAD):
        with world() as held:
            ours = _measure(_engine(held.server("aws")))
        _show("ours", ours, None)
        problems += _wrong("ours", ours)
        for name in PEERS:
            try:
                with peer(name) as server:
                    theirs = _measure(_engine(server))
            except NoPeer as reason:
                say(f"  {name} is skipped: {reason}")
                continue
            _show(name, theirs, ours)
    return problems


@dataclass(frozen=True)
class _Figures:
    published: Outcome
    lags: list[float]


def _measure(engine: Engine) -> _Figures:
    lags = asyncio.run(_lags(engine))
    numbers = itertools.count(SENT)
    headers = _headers("sns", "application/x-www-form-urlencoded")

    def source() -> tuple[bytes, Check]:
        message = request("POST", "/", engine.publish(next(numbers)), headers)
        return message, lambda status, body: status == 200 and b"MessageId" in body

    return _Figures(drive(engine.server, LINES, SECONDS, source), lags)


def _show(name: str, figures: _Figures, ours: _Figures | None) -> None:
    published = figures.published
    text = f"{published.rate:,.0f}/s, {published.per_core:,.0f} a core"
    if ours is None:
        figure(f"{name}: publish to a filtered queue", text)
    else:
        times = ratio(ours.published.per_core, published.per_core)
        reach = "4x" if name == "ministack" else ""
        figure(f"{name}: publish; ours is faster", f"{text}: {times}", reach)
    median, most = quantile(figures.lags, 0.5), quantile(figures.lags, 0.99)
    figure(
        f"{name}: publish to received, p50 / p99",
        f"{milliseconds(median)} / {milliseconds(most)}",
        "5 ms" if ours is None else "",
    )


def _wrong(name: str, figures: _Figures) -> list[str]:
    problems = []
    if figures.published.wrong:
        problems.append(f"{name} refused a publish: {figures.published.example}")
    if len(figures.lags) != SENT:
        problems.append(f"{name} delivered {len(figures.lags)} of {SENT} messages")
    return problems


def _engine(server: Server) -> Engine:
    """Make a topic, a queue and a filtered subscription, by the query protocol."""
    name = f"bench-{uuid.uuid4().hex[:8]}"
    url = f"http://127.0.0.1:{server.port}/"
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        made = _form(client, "sns", {"Action": "CreateTopic", "Name": name})
        found = _ARN.search(made)
        assert found is not None, made
        topic = found[1]
        client.post(
            "/",
            content=json.dumps({"QueueName": name}),
            headers=_sqs_headers("CreateQueue"),
        ).raise_for_status()
        subscription = {
            "Action": "Subscribe",
            "TopicArn": topic,
            "Protocol": "sqs",
            "Endpoint": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
            "Attributes.entry.1.key": "FilterPolicy",
            "Attributes.entry.1.value": json.dumps(POLICY),
        }
        if ":123456789012:" in topic:  # moto's own account
            subscription["Endpoint"] = f"arn:aws:sqs:{REGION}:123456789012:{name}"
        _form(client, "sns", subscription)
    account = topic.split(":")[4]
    return Engine(server, topic, f"{url}{account}/{name}")


def _form(client: httpx.Client, service: str, fields: dict[str, str]) -> str:
    headers = _headers(service, "application/x-www-form-urlencoded")
    data = {"Version": "2010-03-31", **fields}
    answer = client.post("/", content=urlencode(data), headers=headers)
    return answer.raise_for_status().text


def _headers(service: str, kind: str) -> dict[str, str]:
    credential = f"bench/20260302/{REGION}/{service}/aws4_request"
    return {
        "Content-Type": kind,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, "
        "SignedHeaders=host, Signature=0",
    }


def _sqs_headers(action: str) -> dict[str, str]:
    headers = _headers("sqs", "application/x-amz-json-1.0")
    return {**headers, "X-Amz-Target": f"AmazonSQS.{action}"}


async def _lags(engine: Engine) -> list[float]:
    """Publish at an even pace and poll; returns seconds from publish to received."""
    sent: dict[int, float] = {}
    async with aiohttp.ClientSession() as client:
        polling = asyncio.create_task(_poll(client, engine, sent))
        headers = _headers("sns", "application/x-www-form-urlencoded")
        began = time.perf_counter()
        for number in range(SENT):
            due = began + number / PACE
            await asyncio.sleep(max(due - time.perf_counter(), 0.0))
            sent[number] = time.perf_counter()
            body = engine.publish(number)
            async with client.post(engine.url, data=body, headers=headers) as answer:
                await answer.read()
        return await polling


async def _poll(
    client: aiohttp.ClientSession, engine: Engine, sent: dict[int, float]
) -> list[float]:
    lags: list[float] = []
    idle = 0
    while len(lags) < SENT and idle < PATIENT_POLLS:
        asked = {
            "QueueUrl": engine.queue,
            "MaxNumberOfMessages": BATCH,
            "WaitTimeSeconds": WAIT,
        }
        messages = (await _sqs(client, engine, "ReceiveMessage", asked)).get("Messages")
        now = time.perf_counter()
        idle = 0 if messages else idle + 1
        if not messages:
            continue
        for message in messages:
            told = json.loads(json.loads(message["Body"])["Message"])
            lags.append(now - sent[told["number"]])
        entries = [
            {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
            for index, message in enumerate(messages)
        ]
        deletion = {"QueueUrl": engine.queue, "Entries": entries}
        await _sqs(client, engine, "DeleteMessageBatch", deletion)
    return lags


PATIENT_POLLS = 3
"""Empty long polls in a row after which nothing more is expected."""


async def _sqs(
    client: aiohttp.ClientSession, engine: Engine, action: str, asked: dict[str, Any]
) -> dict[str, Any]:
    async with client.post(
        engine.url, data=json.dumps(asked), headers=_sqs_headers(action)
    ) as answer:
        told: dict[str, Any] = json.loads(await answer.read())
        return told
