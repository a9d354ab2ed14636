"""One queue's listener: ten messages in flight, acknowledgements in batches.

Long polls of 10 seconds; an acknowledged message is deleted by DeleteMessageBatch,
each second or when ten are waiting; a failed one comes back after 1, 10, 60 and 600
seconds, and at once when its last receive is used up (events-and-config 4.4, 4.6).
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stranger.starter import LiveQueue

_log = logging.getLogger(__name__)

_IN_FLIGHT = 10
_BATCH = 10
_WAIT_SECONDS = 10
_FLUSH_SECONDS = 1.0
_BACKOFF_SECONDS = 1.0
BACK_AFTER = (1, 10, 60, 600)


class Acknowledgements:
    """Receipts that wait to be deleted together."""

    def __init__(self, queue: LiveQueue) -> None:
        """Delete from `queue`."""
        self._queue = queue
        self._waiting: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, receipt: str) -> None:
        """Delete a message soon."""
        with self._changed:
            self._waiting.append(receipt)
            self._changed.notify()

    def end(self) -> None:
        """Delete what waits, and return when that is done."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                self._changed.wait_for(
                    lambda: len(self._waiting) >= _BATCH or self._ended,
                    timeout=_FLUSH_SECONDS,
                )
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                if not batch and self._ended:
                    return
            self._delete(batch)

    def _delete(self, batch: list[str]) -> None:
        entries = [
            {"Id": str(uuid.uuid4()), "ReceiptHandle": receipt} for receipt in batch
        ]
        try:
            answer = self._queue.client.delete_message_batch(
                QueueUrl=self._queue.url, Entries=entries
            )
        except (BotoCoreError, ClientError) as error:
            _log.error("acknowledging on %s failed: %s", self._queue.name, error)
            return
        echoed = {
            entry["Id"]
            for entry in [*answer.get("Successful", []), *answer.get("Failed", [])]
        }
        if echoed != {entry["Id"] for entry in entries}:
            _log.error("DeleteMessageBatch lost entries on %s", self._queue.name)


class Listener:
    """Polls one queue and hands its messages to `handle`."""

    def __init__(
        self, queue: LiveQueue, handle: Callable[[dict[str, Any]], None]
    ) -> None:
        """`handle` raises to have a message again."""
        self._queue = queue
        self._handle = handle
        self._permits = threading.Semaphore(_IN_FLIGHT)
        self._workers = ThreadPoolExecutor(_IN_FLIGHT, queue.id)
        self._acknowledgements = Acknowledgements(queue)
        self._ending = threading.Event()
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._poll, name=queue.id, daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being handled and acknowledge it."""
        with self._gate:
            self._ending.set()
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._acknowledgements.end()

    def _poll(self) -> None:
        while not self._ending.is_set():
            permits = self._take_permits()
            messages: list[dict[str, Any]] = []
            try:
                messages = self._receive(permits)
            except (BotoCoreError, ClientError) as error:
                _log.warning("polling %s failed: %s", self._queue.name, error)
                time.sleep(_BACKOFF_SECONDS)
            for _ in range(permits - len(messages)):
                self._permits.release()
            with self._gate:
                # What a last poll still brings comes again when its lease ends.
                if self._ending.is_set():
                    return
                for message in messages:
                    self._workers.submit(self._work, message)

    def _take_permits(self) -> int:
        self._permits.acquire()
        taken = 1
        while taken < _BATCH and self._permits.acquire(blocking=False):
            taken += 1
        return taken

    def _receive(self, limit: int) -> list[dict[str, Any]]:
        answer = self._queue.client.receive_message(
            QueueUrl=self._queue.url,
            MaxNumberOfMessages=limit,
            WaitTimeSeconds=_WAIT_SECONDS,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _work(self, message: dict[str, Any]) -> None:
        try:
            # The library cannot convert a message whose id is no UUID.
            uuid.UUID(message["MessageId"])
            self._handle(message)
        except Exception as error:  # noqa: BLE001 - every failure means redelivery
            self._give_back(message, error)
        else:
            self._acknowledgements.add(message["ReceiptHandle"])
        finally:
            self._permits.release()

    def _give_back(self, message: dict[str, Any], error: Exception) -> None:
        count = int(message["Attributes"]["ApproximateReceiveCount"])
        seconds = BACK_AFTER[min(count, len(BACK_AFTER)) - 1]
        if count >= (self._queue.max_receives or count):
            seconds = 0
            _log.error("sent-to-dlq %s: %s", self._queue.name, error)
        else:
            _log.warning("again in %s s, %s: %s", seconds, self._queue.name, error)
        try:
            self._queue.client.change_message_visibility(
                QueueUrl=self._queue.url,
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=seconds,
            )
        except (BotoCoreError, ClientError) as failure:
            _log.warning("not given back on %s: %s", self._queue.name, failure)
