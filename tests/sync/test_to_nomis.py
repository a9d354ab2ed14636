"""DPS to NOMIS: what each kind of event does, and what it must not do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from simulators.sync.ports import CallFailed, CallRefused, NotYet
from simulators.sync.told import UnknownSource
from tests.sync.rig import Rig, dps_event, later, play
from tests.sync.tiny import (
    AUTHOR,
    MARKER,
    OFFICER,
    OTHER,
    PRISONER,
    Fault,
    dps_id,
)


def rig() -> Rig:
    """Return a to-nomis half."""
    return Rig("to-nomis")


def test_a_note_written_in_dps_appears_in_nomis_once() -> None:
    """One create, one mapping, and nothing else is written."""
    it = rig()
    note = it.services.dps_writes("Met on the wing.")
    play(it.handle(dps_event("created", note)))
    (row,) = it.services.nomis.values()
    assert (row["text"], row["username"]) == ("Met on the wing.", AUTHOR)
    assert it.services.mappings[row["id"]]["mappingType"] == "DPS_CREATED"
    assert it.services.mappings[row["id"]]["offenderNo"] == PRISONER
    assert len(it.services.writes()) == 2


def test_the_creation_time_is_not_the_time_of_the_occurrence() -> None:
    """Both times travel, each as itself (DAT-02)."""
    it = rig()
    note = it.services.dps_writes("x", occurrenceDateTime="2026-02-20T08:00:00")
    play(it.handle(dps_event("created", note)))
    (row,) = it.services.nomis.values()
    assert row["occurred"] == "2026-02-20T08:00:00"
    assert row["created"] == "2026-03-02T09:00:00"


def test_every_call_carries_the_message_that_led_to_it() -> None:
    """The harness can tell for certain what caused a call."""
    it = rig()
    note = it.services.dps_writes("x")
    message = it.queues.put("casenotes", dps_event("created", note), {}, 1)
    play(it.half.domains[0].consumer.take(message))
    causes = {headers["x-tandem-cause"] for headers in it.services.headers}
    assert causes == {message.message_id}
    assert it.queues.deleted == [message.receipt]


def test_amendments_made_before_the_first_event_come_along() -> None:
    """A note created and amended before its event reaches NOMIS whole."""
    it = rig()
    note = it.services.dps_writes("First.")
    it.services.dps_amends(note, "Second.")
    play(it.handle(dps_event("created", note)))
    (row,) = it.services.nomis.values()
    assert row["text"] == (
        f"First. ...[{AUTHOR} updated the case notes on 2026/03/02 10:00:00] Second."
    )


@pytest.mark.parametrize("action", ["created", "updated", "deleted"])
@pytest.mark.parametrize("about", [{"source": "NOMIS"}, {"syncToNomis": False}])
def test_what_is_not_ours_writes_nothing(action: str, about: dict[str, Any]) -> None:
    """Echoes and DPS-only notes never reach NOMIS, on all three kinds (TOG-10)."""
    it = rig()
    _, note = it.services.synced()
    if action == "updated":
        it.services.dps_amends(note, "Second.")
    if action == "deleted":
        del it.services.dps[note]
    play(it.handle(dps_event(action, note, **about)))
    assert it.services.writes() == []


def test_an_unknown_source_is_seen() -> None:
    """A renamed source is an error, not a silent skip (LOOP-11)."""
    it = rig()
    note = it.services.dps_writes("x")
    with pytest.raises(UnknownSource):
        play(it.handle(dps_event("created", note, source="DPS2")))


@pytest.mark.parametrize("action", ["created", "updated"])
def test_an_event_told_again_changes_nothing(action: str) -> None:
    """Replays of created and updated write nothing (DUP-05, DUP-13, LOOP-13)."""
    it = rig()
    _, note = it.services.synced()
    for attempt in (1, 1, 2):
        play(it.handle(dps_event(action, note), attempt))
    assert it.services.writes() == []


@pytest.mark.parametrize("answer", [500, "timeout", "reset"])
def test_a_create_whose_answer_was_lost_is_adopted(answer: int | str) -> None:
    """The redelivery finds the row that NOMIS made already (DUP-01)."""
    it = rig()
    note = it.services.dps_writes("x")
    it.services.faults = [Fault("POST nomis", answer, after=True)]
    with pytest.raises((CallFailed, CallRefused)):
        play(it.handle(dps_event("created", note)))
    play(it.handle(dps_event("created", note), attempt=2))
    assert len(it.services.nomis) == 1
    assert set(it.services.mappings) == set(it.services.nomis)


def test_a_resent_event_looks_before_it_creates() -> None:
    """A resend of a note whose create was never mapped makes no twin (DUP-13)."""
    it = rig()
    _, note = it.services.synced("x")
    it.services.mappings.clear()
    play(it.handle(dps_event("created", note, at=later(86400))))
    assert len(it.services.nomis) == 1
    assert len(it.services.mappings) == 1


def test_an_equal_row_of_an_officer_is_not_adopted() -> None:
    """What a NOMIS user wrote himself stays his own note (DUP-03)."""
    it = rig()
    it.services.nomis_writes("x", username=OFFICER)
    note = it.services.dps_writes("x")
    play(it.handle(dps_event("created", note), attempt=2))
    assert len(it.services.nomis) == 2


def test_an_edit_of_the_row_does_not_hide_that_we_made_it() -> None:
    """An officer's edit replaces our marker, not the inserting account."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.mappings.clear()
    it.services.nomis_amends(row, "Seen.")
    play(it.handle(dps_event("created", note), attempt=2))
    assert set(it.services.mappings) == {row}
    assert "Seen." in it.services.stored_text(row)


def test_two_deliveries_at_once_create_one_row() -> None:
    """Two workers of one process take turns at a note (DUP-06)."""
    it = rig()
    note = it.services.dps_writes("x")

    async def both() -> None:
        event = dps_event("created", note)
        await asyncio.gather(it.handle(event), it.handle(event))

    play(both())
    assert len(it.services.nomis) == 1


def test_two_processes_that_raced_agree_on_one_row() -> None:
    """The smaller id stays; mapping and row of the other go, in that order (DUP-06)."""
    it = rig()
    note = it.services.dps_writes("x")

    def other_process() -> None:
        row = it.services.nomis_writes("x", module=MARKER, username=AUTHOR)
        it.services.pair(row, note)

    it.services.before["POST mapping /mapping/casenotes$"] = other_process
    play(it.handle(dps_event("created", note)))
    first = min(it.services.nomis)
    assert list(it.services.nomis) == list(it.services.mappings) == [first]
    deletes = [call for call in it.services.calls if call.startswith("DELETE")]
    assert [call.split()[1] for call in deletes] == ["mapping", "nomis"]


def test_a_second_row_made_between_two_deliveries_is_removed() -> None:
    """A late create beside a mapped one is found at the redelivery and deleted."""
    it = rig()
    row, note = it.services.synced("x")
    twin = it.services.nomis_writes("x", module=MARKER, username=AUTHOR)
    play(it.handle(dps_event("created", note), attempt=2))
    assert set(it.services.nomis) == {row}
    assert twin not in it.services.mappings


def test_a_row_that_may_be_another_notes_is_left() -> None:
    """An equal note that still waits for its mapping keeps its row (DUP-03)."""
    it = rig()
    _, note = it.services.synced("x")
    it.services.dps_writes("x")
    it.services.nomis_writes("x", module=MARKER, username=AUTHOR)
    play(it.handle(dps_event("created", note), attempt=2))
    assert len(it.services.nomis) == 2


def test_a_failed_mapping_is_retried_alone() -> None:
    """The create is never repeated, and the retry message is complete (IDM-06)."""
    it = rig()
    note = it.services.dps_writes("x")
    it.services.faults = [Fault("POST mapping /mapping/casenotes$", 500)]
    play(it.handle(dps_event("created", note)))
    (message,) = it.sent()
    outer = json.loads(message.body)
    assert outer["Type"] == "RETRY_CREATE_MAPPING"
    assert outer["MessageId"] is None
    attribute = {"DataType": "String", "StringValue": "RETRY_CREATE_MAPPING"}
    assert message.attributes == {"eventType": attribute}
    inner = json.loads(outer["Message"])
    assert inner["entityName"] == "casenotes"
    (row,) = it.services.nomis
    assert inner["mapping"] == {
        "dpsCaseNoteId": note,
        "nomisCaseNoteId": row,
        "offenderNo": PRISONER,
        "nomisBookingId": 1200001,
        "mappingType": "DPS_CREATED",
        "label": None,
        "whenCreated": None,
    }
    play(it.handle(message.body))
    assert it.services.mappings[row]["dpsCaseNoteId"] == note
    assert len(it.services.nomis) == 1


def test_a_mapping_conflict_is_final() -> None:
    """A row mapped to another note is reported, not retried (IDM-04)."""
    it = rig()
    note = it.services.dps_writes("x")

    def somebody_else() -> None:
        it.services.pair(max(it.services.nomis), dps_id(99), "NOMIS_CREATED")

    it.services.before["POST mapping /mapping/casenotes$"] = somebody_else
    play(it.handle(dps_event("created", note)))
    assert it.sent() == []


@pytest.mark.parametrize("gone", ["dps", "nomis"])
def test_a_stale_mapping_retry_makes_no_dangling_mapping(gone: str) -> None:
    """The retry looks whether both ends still live (IDM-07)."""
    it = rig()
    note = it.services.dps_writes("x")
    it.services.faults = [Fault("POST mapping /mapping/casenotes$", 500)]
    play(it.handle(dps_event("created", note)))
    (message,) = it.sent()
    if gone == "dps":
        it.services.dps.clear()
    else:
        it.services.nomis.clear()
    if gone == "nomis":
        with pytest.raises(NotYet):  # the row is young, the read may lag (ORD-04)
            play(it.handle(message.body))
    play(it.handle(message.body, attempt=4))
    assert it.services.mappings == {}
    assert it.services.nomis == {}


def test_a_note_deleted_before_its_event_is_not_created() -> None:
    """A late created event makes nothing (DEL-08)."""
    it = rig()
    play(it.handle(dps_event("created", dps_id(5)), attempt=3))
    play(it.handle(dps_event("deleted", dps_id(6))))
    play(it.handle(dps_event("created", dps_id(6))))
    assert it.services.writes() == []


def test_a_note_not_yet_readable_is_waited_for() -> None:
    """A missing note is not taken for deleted at the first look (ORD-04)."""
    it = rig()
    with pytest.raises(NotYet):
        play(it.handle(dps_event("created", dps_id(1))))
    it.services.dps_writes("x")
    play(it.handle(dps_event("created", dps_id(1)), attempt=2))
    assert len(it.services.nomis) == 1


def test_a_row_not_yet_readable_is_waited_for() -> None:
    """An amendment is not lost because NOMIS shows its new row late (ORD-04)."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.dps_amends(note, "Second.")
    late = it.services.nomis.pop(row)
    with pytest.raises(NotYet):
        play(it.handle(dps_event("updated", note)))
    it.services.nomis[row] = late
    play(it.handle(dps_event("updated", note), attempt=2))
    assert "Second." in it.services.stored_text(row)


@pytest.mark.parametrize("answer", [500, "reset"])
@pytest.mark.parametrize("after", [True, False])
def test_a_last_answer_that_is_lost_is_no_dead_letter(
    answer: int | str, after: bool
) -> None:
    """Nobody looks after the last attempt: what was written is done (RET-07)."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.dps_amends(note, "Second.")
    it.services.faults = [Fault("PUT nomis", answer, after=after)]
    if after:
        play(it.handle(dps_event("updated", note), attempt=4))
        assert "Second." in it.services.stored_text(row)
        return
    with pytest.raises((CallFailed, CallRefused)):
        play(it.handle(dps_event("updated", note), attempt=4))


def test_a_note_that_moves_while_we_write_keeps_its_row() -> None:
    """A 404 under the old number is no deletion: the mapping knows the new one."""
    it = rig()
    row, note = it.services.synced("x")
    it.services.dps_amends(note, "Second.")

    def move() -> None:
        it.services.dps[note]["offenderIdentifier"] = OTHER
        it.services.mappings[row]["offenderNo"] = OTHER

    it.services.before["PUT nomis"] = move
    play(it.handle(dps_event("updated", note)))
    assert set(it.services.nomis) == set(it.services.mappings) == {row}


def test_a_note_deleted_while_it_was_created_goes_again() -> None:
    """The deletion found no mapping; the create cleans up after itself."""
    it = rig()
    note = it.services.dps_writes("x")
    it.services.before["POST nomis"] = it.services.dps.clear
    play(it.handle(dps_event("created", note)))
    assert it.services.nomis == {}
    assert it.services.mappings == {}


def test_an_author_without_an_account_does_not_stop_the_note() -> None:
    """The note comes under the system's author, with an alarm (TXT-17)."""
    it = rig()
    note = it.services.dps_writes("x", author="NOBODY_GEN")
    play(it.handle(dps_event("created", note)))
    (row,) = it.services.nomis.values()
    assert row["username"] == "OMS_OWNER"


def test_a_note_of_a_merged_number_is_found_under_the_survivor() -> None:
    """An event with the removed number still brings the note (MRG-18)."""
    it = rig()
    note = it.services.dps_writes("x", offenderIdentifier=OTHER)
    it.services.merges = [{"deletedOffenderNo": PRISONER, "retainedOffenderNo": OTHER}]
    play(it.handle(dps_event("created", note)))
    (row,) = it.services.nomis.values()
    assert row["prisoner"] == OTHER
    assert it.services.mappings[row["id"]]["offenderNo"] == OTHER
