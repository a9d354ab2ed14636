"""The ledger balances, whatever happens, and can tell when it does not."""

from __future__ import annotations

import random

import pytest

from simulators.bus import FATES, REVERSED, BusError, Match
from simulators.bus.copies import STATES
from tests.bus.conftest import CREATED, DLQ, QUEUE, ManualRig

PARKED = QUEUE + "_parked"
ATTEMPTS: list[int | str] = [1, 2, "3"]
PRISONERS = ["A1111AA", "B2222BB", "C3333CC"]


class Storm:
    """Random operations of publishers, consumers, operators and faults."""

    def __init__(self, seed: int) -> None:
        """Everything that follows is a function of `seed`."""
        self.random = random.Random(seed)  # noqa: S311 - a test, not a secret
        self.rig = ManualRig(attempts=self.random.choice(ATTEMPTS))
        self.bus = self.rig.bus
        self.bus.create_queue(PARKED)
        self.receipts: list[tuple[str, str, str]] = []
        self.rules: list[int] = []

    def step(self) -> None:
        """Do one thing, refused or not."""
        names = sorted(name for name in dir(self) if name.startswith("do_"))
        try:
            getattr(self, self.random.choice(names))()
        except BusError:
            pass  # a refusal must leave the books as they were
        except KeyError:
            pass  # the rule had ended by itself

    def queue(self) -> str:
        """Choose a queue, the main one most often."""
        return self.random.choice([QUEUE, QUEUE, QUEUE, DLQ, PARKED])

    def match(self) -> Match:
        """Choose whom a fault is for."""
        return Match(
            queue=self.random.choice([None, QUEUE]),
            type=self.random.choice([None, CREATED]),
            subject=self.random.choice([None, *PRISONERS]),
            skip=self.random.randrange(2),
            times=self.random.choice([1, 2, 3]),
        )

    def do_publish(self) -> None:
        """Publish a wanted event, or one that is filtered out."""
        kind = self.random.choice([CREATED, CREATED, "person.case-note.moved"])
        self.rig.publish(self.random.choice(PRISONERS), kind)

    def do_send(self) -> None:
        """Send an internal message, at once or later."""
        body = f'{{"Type":"RETRY","no":"{self.random.choice(PRISONERS)}"}}'
        self.bus.send(self.queue(), body, delay=self.random.choice([0, 0, 5]))

    def do_receive(self) -> None:
        """Receive up to three messages."""
        name = self.queue()
        visibility = self.random.choice([None, 0, 10])
        for message in self.bus.receive(name, 3, visibility):
            self.receipts.append((name, message.receipt, message.body))

    def do_delete(self) -> None:
        """Acknowledge some receipt, perhaps a stale one."""
        name, receipt, _ = self.random.choice(self.receipts or [(QUEUE, "x", "")])
        self.bus.delete(name, receipt)

    def do_give_back(self) -> None:
        """Give some message back, perhaps one not in flight."""
        name, receipt, _ = self.random.choice(self.receipts or [(QUEUE, "x", "")])
        self.bus.change_visibility(name, receipt, self.random.choice([0, 1, 60]))

    def do_park(self) -> None:
        """Send a message on to the parked queue and acknowledge it."""
        name, receipt, body = self.random.choice(self.receipts or [(QUEUE, "x", "")])
        if name == QUEUE and body:
            self.bus.send(PARKED, body)
            self.bus.delete(name, receipt)

    def do_wait(self) -> None:
        """Let time pass, now and then past the retention."""
        self.rig.wait(self.random.choice([0.5, 5, 40, 4 * 24 * 3600]))

    def do_move(self) -> None:
        """Move the dead letters back."""
        self.bus.start_move_task(self.bus.arn(DLQ))

    def do_purge(self) -> None:
        """Purge a queue, rarely."""
        if self.random.random() < 0.1:
            self.bus.purge(self.queue())

    def do_fault(self) -> None:
        """Put a fault in force."""
        faults, match = self.bus.faults, self.match()
        kind = self.random.randrange(6)
        if kind == 0:
            self.rules.append(faults.hold(match))
        elif kind == 1:
            self.rules.append(faults.reorder(match, REVERSED))
        elif kind == 2:
            self.rules.append(faults.duplicate(match, 2))
        elif kind == 3:
            self.rules.append(faults.drop(match))
        elif kind == 4:
            self.rules.append(faults.lose_ack(match))
        else:
            faults.poison(QUEUE, "{broken")

    def do_end_fault(self) -> None:
        """End a fault."""
        if self.rules:
            rule = self.rules.pop(self.random.randrange(len(self.rules)))
            self.bus.faults.remove(rule)


@pytest.mark.parametrize("seed", range(25))
def test_the_ledger_balances_through_any_storm(seed: int) -> None:
    """After each of 250 random steps: copies = fates + open, queue by queue."""
    storm = Storm(seed)
    for _ in range(250):
        storm.step()
        assert storm.bus.ledger.balance() == []
    for prisoner in PRISONERS:
        assert storm.bus.ledger.balance({prisoner}) == []
        opened = storm.bus.ledger.open({prisoner})
        alive = [c for c in storm.bus.ledger.copies({prisoner}) if c.fate is None]
        assert opened == alive


def test_the_storms_reach_every_fate_and_state() -> None:
    """Otherwise the balance above would prove less than it says."""
    fates: set[str] = {"still-queued"}
    states: set[str] = set()
    for seed in range(25):
        storm = Storm(seed)
        for _ in range(250):
            storm.step()
            states |= {copy.state for copy in storm.bus.ledger.open()}
        fates |= set(storm.bus.ledger.fates)
    assert fates == set(FATES)
    assert states == set(STATES)


def test_the_same_seed_tells_the_same_story() -> None:
    """Ids, receipts and order are functions of the seed alone."""
    journals = []
    for _ in range(2):
        storm = Storm(7)
        for _ in range(250):
            storm.step()
        journals.append([entry.as_dict() for entry in storm.rig.journal.entries])
    assert journals[0] == journals[1]


def test_the_journal_alone_tells_every_copys_fate() -> None:
    """A reader of the journal needs no ledger: one fate entry a copy, at most."""
    storm = Storm(11)
    for _ in range(250):
        storm.step()
    ended = {c.number for c in storm.bus.ledger.copies() if c.fate is not None}
    told = [entry["copy"] for entry in storm.rig.kinds("fate")]
    assert len(told) == len(set(told))
    assert set(told) == ended
    counts = [entry["count"] for entry in storm.rig.kinds("received")]
    receives = sum(len(copy.receives) for copy in storm.bus.ledger.copies())
    assert len(counts) == receives


def test_a_copy_that_vanishes_from_its_queue_is_found_out(rig: ManualRig) -> None:
    """The balance is held against the queues' own books."""
    rig.publish()
    shelf = rig.bus.queue(QUEUE).shelf
    shelf.remove(next(iter(shelf.live.values())))
    assert rig.bus.ledger.balance() == [f"copy 0 is open but not in {QUEUE}"]


def test_a_copy_that_was_passed_on_to_nowhere_is_found_out(rig: ManualRig) -> None:
    """A dead letter must lie somewhere."""
    rig.publish()
    [copy] = rig.bus.ledger.open()
    rig.bus.queue(QUEUE).end(copy, "dead-lettered")
    assert rig.bus.ledger.balance() == ["copy 0 was dead-lettered but went nowhere"]


def test_an_unheard_of_fate_is_found_out(rig: ManualRig) -> None:
    """Nine fates exist."""
    rig.publish()
    [copy] = rig.bus.ledger.open()
    rig.bus.queue(QUEUE).end(copy, "eaten")
    assert rig.bus.ledger.balance() == ["1 copies have the unknown fate 'eaten'"]


def test_open_copies_are_found_by_any_of_their_subjects(rig: ManualRig) -> None:
    """Prisoner number or note id; the envelope's own ids are no subjects."""
    rig.publish("A1234BC")
    [copy] = rig.bus.ledger.open({"A1234BC"})
    assert rig.bus.ledger.open(copy.subjects) == [copy]
    assert copy.subjects == {"A1234BC", "019caf10-1111-7aaa-8bbb-000000000001"}
    assert rig.bus.ledger.open({"Z9999ZZ"}) == []
    assert rig.bus.ledger.open(set()) == []


def test_the_copy_is_told_as_plain_data(rig: ManualRig) -> None:
    """What the control API and the oracle read."""
    event = rig.publish()
    [message] = rig.take(consumer="to-nomis")
    [copy] = rig.bus.ledger.copies()
    assert copy.as_dict() == {
        "copy": 0,
        "queue": QUEUE,
        "message": message.message_id,
        "event": event,
        "type": CREATED,
        "origin": "fan-out",
        "parent": None,
        "state": "in-flight",
        "open": True,
        "receives": 1,
        "waited": 0.0,
        "subjects": sorted(copy.subjects),
    }


def test_a_message_sent_while_handling_another_names_its_parent(
    rig: ManualRig,
) -> None:
    """RETRY_CREATE_MAPPING belongs to the event whose handling sent it."""
    rig.publish()
    [message] = rig.take()
    retry = '{"Type":"RETRY_CREATE_MAPPING","Message":"{}"}'
    rig.bus.send(QUEUE, retry, cause=message.message_id)
    child = rig.bus.ledger.copies()[1]
    assert (child.parent, child.type) == (0, "RETRY_CREATE_MAPPING")
    assert rig.bus.delete(QUEUE, message.receipt)
    assert rig.bus.ledger.copies()[0].fate == "deleted"
