"""The estate's alerts: computed, the same on both sides, and there when asked for."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import msgspec
import pytest

from harness.loadrun.filling import KEPT, Filling
from harness.world import World
from load.session import ALERT_CODES
from simulators import estate
from simulators.clock import Clock
from simulators.estate import PRISONERS, Estate
from simulators.estate_alerts import MOST, RAISED_IN_RUNS
from simulators.wire.message import Request
from tests.stranger.batch import differing_alerts

SAMPLE = random.Random(5).sample(range(PRISONERS), 5_000)  # noqa: S311 - repeatable
WHOLE = Estate(1)
BOTH = [index for index in SAMPLE if len(WHOLE.bookings(index)) > 1][:20]
ACTIVE = [i for i in SAMPLE if any(one.active for one in WHOLE.alerts(i))][:20]
READERS = {
    "nomis": "ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW",
    "alerts": "ROLE_PRISONER_ALERTS__RO",
}


class _Fakes:
    """A world with the estate behind its fakes, called through the Wire."""

    def __init__(self) -> None:
        self.world = World(Clock(1, source=lambda: 0.0))
        self.prisons = [self.world.add_prison()["code"] for _ in range(estate.PRISONS)]
        self.filling = Filling(self.world.fakes, Estate(1), self.prisons, mapped=True)
        self.world.fakes.wire.touch = self.filling.touch

    def act(self, service: str, operation: str, **call: Any) -> dict[str, Any]:
        """Perform an operation with every role it takes."""
        done: dict[str, Any] = asyncio.run(
            self.world.users.act(service, operation, **call)
        )
        return done

    def read(self, service: str, operation: str, **path: Any) -> Any:
        """Return the answer of a read that has to succeed."""
        done = self.act(service, operation, path=path)
        assert done["status"] == 200, done
        return done["body"]

    def call(self, service: str, method: str, path: str) -> Any:
        """Call as the alerts reconciliation of to-nomis does."""
        token = self.world.fakes.auth.mint("recon", "recon", (READERS[service],), None)
        path, _, query = path.partition("?")
        headers = {"authorization": f"Bearer {token}"}
        request = Request(method=method, path=path, query=query, headers=headers)
        wire = self.world.fakes.wire
        answer = asyncio.run(wire.exchange(service, request, 5.0))
        assert answer.status == 200
        return msgspec.json.decode(answer.body)


@pytest.fixture
def fakes() -> _Fakes:
    """Provide a world in which nobody has been asked for."""
    return _Fakes()


def test_the_same_seed_gives_the_same_alerts() -> None:
    """Another seed gives others, and ids lead back to their prisoner."""
    for index in ACTIVE:
        assert Estate(1).alerts(index) == WHOLE.alerts(index)
        for alert in WHOLE.alerts(index):
            assert WHOLE.owner(alert.booking) == index
            assert alert.dps_id is None or WHOLE.owner(alert.dps_id) == index
    others = [Estate(2).alerts(index) for index in ACTIVE]
    assert others != [WHOLE.alerts(index) for index in ACTIVE]


def test_the_alerts_are_spread_as_declared() -> None:
    """As the table at the head of `simulators.estate` has it."""
    lists = [WHOLE.alerts(index) for index in SAMPLE]
    counts = Counter(map(len, lists))
    total = sum(map(len, lists))
    assert counts[0] / len(lists) == pytest.approx(0.45, abs=0.03)
    assert total / len(lists) == pytest.approx(1.4, abs=0.1)
    assert 10 < max(counts) <= MOST
    active = sum(alert.active for alerts in lists for alert in alerts)
    assert active / total == pytest.approx(1 / 3, abs=0.03)


@pytest.mark.parametrize("index", BOTH)
def test_alerts_lie_within_their_booking(fakes: _Fakes, index: int) -> None:
    """From its first day to its last, and sequences count from 1."""
    number = fakes.filling.fill(index)
    people = fakes.world.fakes.nomis.people
    for booking in people.bookings_of(number):
        mine = [one for one in WHOLE.alerts(index) if one.booking == booking.booking_id]
        assert [one.sequence for one in mine] == list(range(1, len(mine) + 1))
        last = booking.ended or estate.LAST_DAY.date()
        for one in mine:
            assert booking.started.date() <= one.started <= (one.expiry or last) <= last
            assert one.active <= booking.active
            assert (one.dps_id is not None) == (booking.sequence == 1)


def test_an_active_code_comes_once_and_is_none_that_a_run_raises() -> None:
    """Else both sides would refuse the alert that a user of a run raises."""
    assert set(ALERT_CODES) == RAISED_IN_RUNS
    for index in SAMPLE:
        codes = [one.code for one in WHOLE.alerts(index) if one.active]
        assert len(set(codes)) == len(codes)
        assert RAISED_IN_RUNS.isdisjoint(codes)


def test_both_sides_and_the_mapping_tell_of_the_same_alerts(fakes: _Fakes) -> None:
    """By NA2, A2 and MA8, for prisoners with one booking and with two."""
    for index in [*ACTIVE, *BOTH]:
        number = WHOLE.number(index)
        wanted = [one for one in WHOLE.alerts(index) if one.dps_id is not None]
        nomis = fakes.read("nomis", "get_alerts_to_migrate", offenderNo=number)
        dps = fakes.read("alerts", "get_alerts_of_prisoner", prisonNumber=number)
        rows = fakes.read(
            "mapping", "get_alert_mappings_of_prisoner", offenderNo=number
        )
        pairs = {
            row["dpsAlertId"]: (row["nomisBookingId"], row["nomisAlertSequence"])
            for row in rows["mappings"]
        }
        assert pairs == {one.dps_id: (one.booking, one.sequence) for one in wanted}
        theirs = {_nomis_facts(one) for one in nomis["latestBookingAlerts"]}
        ours = {(*pairs[one["alertUuid"]], *_dps_facts(one)) for one in dps["content"]}
        assert theirs == ours
        assert len(theirs) == len(wanted)


def _nomis_facts(one: dict[str, Any]) -> tuple[Any, ...]:
    audit = one["audit"]
    return (
        one["bookingId"],
        one["alertSequence"],
        one["alertCode"]["code"],
        one["type"]["code"],
        one["date"],
        one.get("expiryDate"),
        one["isActive"],
        one.get("comment"),
        audit["createDatetime"][:19],
        audit["createUsername"],
        audit["createDisplayName"],
        audit.get("modifyDatetime", "")[:19],
        audit.get("modifyUserId"),
    )


def _dps_facts(one: dict[str, Any]) -> tuple[Any, ...]:
    return (
        one["alertCode"]["code"],
        one["alertCode"]["alertTypeCode"],
        one["activeFrom"],
        one["activeTo"],
        one["isActive"],
        one["description"],
        one["createdAt"],
        one["createdBy"],
        one["createdByDisplayName"],
        one["lastModifiedAt"] or "",
        one["lastModifiedBy"],
    )


def test_every_id_alone_finds_its_alert() -> None:
    """NOMIS' key and the DPS id, each asked for first in a world of its own."""
    alert = next(one for one in WHOLE.alerts(ACTIVE[0]) if one.active)
    pair = {"bookingId": alert.booking, "alertSequence": alert.sequence}
    stored = _Fakes().read("nomis", "get_alert", **pair)
    assert stored["alertCode"]["code"] == alert.code
    shown = _Fakes().read("alerts", "get_alert", alertUuid=alert.dps_id)
    assert shown["prisonNumber"] == WHOLE.number(ACTIVE[0])
    row = _Fakes().read("mapping", "get_alert_mapping_by_nomis_id", **pair)
    by_dps = {"dpsAlertId": alert.dps_id}
    same = _Fakes().read("mapping", "get_alert_mapping_by_dps_id", **by_dps)
    assert row["dpsAlertId"] == same["dpsAlertId"] == alert.dps_id
    assert row["mappingType"] == "MIGRATED"


def test_what_one_side_lost_is_seen_by_the_alerts_reconciliation(
    fakes: _Fakes,
) -> None:
    """The estate as it is has no mismatch; one deleted alert is one."""
    numbers = [WHOLE.number(index) for index in [*ACTIVE, *BOTH]]
    assert not any(differing_alerts(fakes, number) for number in numbers)  # type: ignore[arg-type] # it only calls
    gone = next(one for one in WHOLE.alerts(ACTIVE[0]) if one.active)
    key = {"bookingId": gone.booking, "alertSequence": gone.sequence}
    assert fakes.act("nomis", "delete_alert", path=key)["status"] == 204
    wrong = {
        number: found
        for number in numbers
        if (found := differing_alerts(fakes, number))  # type: ignore[arg-type]
    }
    only = {"missingFromDps": [], "missingFromNomis": [gone.code]}
    assert wrong == {numbers[0]: only}


def test_what_was_changed_by_nomis_key_alone_stays(fakes: _Fakes) -> None:
    """Nothing else in that call names the prisoner, whose history is kept by it."""
    alert = next(one for one in WHOLE.alerts(ACTIVE[0]) if one.active)
    key = {"bookingId": alert.booking, "alertSequence": alert.sequence}
    body = {"date": "2020-02-02", "isActive": True, "updateUsername": "OMS_OWNER"}
    assert fakes.act("nomis", "update_alert", path=key, body=body)["status"] == 200
    for index in SAMPLE[: KEPT + 5]:
        fakes.filling.fill(index)
    assert fakes.read("nomis", "get_alert", **key)["date"] == "2020-02-02"


def test_unchanged_alerts_leave_memory_and_come_again(fakes: _Fakes) -> None:
    """From all three tables, as the notes do."""
    number = fakes.filling.fill(ACTIVE[0])
    before = fakes.world.snapshot([number])
    assert before["alerts"]["alerts"]
    for index in range(KEPT):
        fakes.filling.fill(index)
    gone = fakes.world.snapshot([number])
    assert not gone["nomis"]["alerts"]
    assert not gone["alerts"]["alerts"]
    assert not gone["mapping"]["alerts"]
    fakes.filling.fill(ACTIVE[0])
    assert fakes.world.snapshot([number]) == before


def test_users_of_a_run_can_raise_every_code_of_theirs(fakes: _Fakes) -> None:
    """No historic alert is in their way, in DPS or when the sync writes it to NOMIS."""
    staff = fakes.world.add_staff(prison=fakes.prisons[0])["usernames"][0]
    for index in ACTIVE[:5]:
        number = WHOLE.number(index)
        for code in ALERT_CODES:
            raised = fakes.act(
                "alerts",
                "create_alert",
                path={"prisonNumber": number},
                body={"alertCode": code},
                user=staff,
            )
            assert raised["status"] == 201, raised
            written = fakes.act(
                "nomis",
                "create_alert",
                path={"offenderNo": number},
                body={
                    "alertCode": code,
                    "date": "2026-03-02",
                    "isActive": True,
                    "createUsername": staff,
                },
            )
            assert written["status"] == 201, written
