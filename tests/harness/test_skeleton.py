"""One note each way, through both tiers alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.harness.conftest import Scene


def test_note_written_in_nomis_reaches_dps(scene: Scene) -> None:
    """A note written in a NOMIS screen is in DPS once, with the same text."""
    scene.write_in_nomis("Seen on the wing.")
    scene.settle()
    assert scene.texts() == (["Seen on the wing."], ["Seen on the wing."])
    assert scene.verdict()["verdict"] == "pass"


def test_note_written_in_dps_reaches_nomis(scene: Scene) -> None:
    """A note written in DPS is in NOMIS once, and its mapping is there."""
    note = scene.write_in_dps("Key work session.")
    scene.settle()
    assert scene.texts() == (["Key work session."], ["Key work session."])
    mapped = scene.world.snapshot([scene.prisoner])["mapping"]["notes"]
    assert [row["dps_id"] for row in mapped] == [note]
    assert scene.verdict()["verdict"] == "pass"


def test_crossing_by_holding(scene: Scene) -> None:
    """While deliveries are held neither side sees the other's note; then both do."""
    held = scene.world.hold([scene.prisoner])
    scene.write_in_nomis("From NOMIS.")
    scene.write_in_dps("From DPS.")
    scene.settle()
    assert scene.texts() == (["From NOMIS."], ["From DPS."])
    scene.world.release(held)
    scene.settle()
    both = ["From DPS.", "From NOMIS."]
    assert scene.texts() == (both, both)
    assert scene.verdict()["verdict"] == "pass"


def test_lost_answer_of_a_write_is_survived(scene: Scene) -> None:
    """NOMIS writes the note and the answer is lost: still one note on each side."""
    fault = scene.world.fault(
        "nomis",
        "reset",
        operation="create_case_note",
        phase="after",
        subject=scene.prisoner,
    )
    scene.write_in_dps("Written once.")
    scene.settle()
    scene.world.clear_faults([fault])
    assert scene.texts() == (["Written once."], ["Written once."])
    responses = scene.world.journal(scope=[scene.prisoner], kinds=["response"])
    assert sum(entry["lost"] for entry in responses) == 1


def test_duplicated_delivery_is_survived(scene: Scene) -> None:
    """An event delivered twice makes one note."""
    scene.world.delivery_fault("duplicate", subject=scene.prisoner)
    scene.write_in_nomis("Only one.")
    scene.settle()
    scene.world.clear_faults()
    assert scene.texts() == (["Only one."], ["Only one."])


def test_outage_delays_but_loses_nothing(scene: Scene) -> None:
    """While DPS is down its front end cannot write; NOMIS notes arrive afterwards."""
    scene.world.outage("dps", True)
    refused = scene.world.write_note_as_dps_user(
        scene.prisoner, scene.officer, "Not now."
    )
    assert refused["status"] == 0
    assert refused["dropped"] == "refused"
    scene.write_in_nomis("During the outage.")
    scene.world.outage("dps", False)
    scene.settle()
    assert scene.texts() == (["During the outage."], ["During the outage."])


def test_killed_half_loses_nothing(scene: Scene) -> None:
    """A burst whose consumer is killed half way arrives whole after its restart."""
    texts = [f"Note {number}." for number in range(12)]
    for text in texts[:6]:
        scene.write_in_nomis(text)
    scene.stack.kill("from-nomis")
    for text in texts[6:]:
        scene.write_in_nomis(text)
    scene.stack.start("from-nomis")
    scene.settle(timeout=None)
    assert scene.texts() == (sorted(texts), sorted(texts))
    assert scene.verdict()["verdict"] == "pass"


def test_switched_off_event_waits_and_arrives(scene: Scene) -> None:
    """The reference parks what a switch turned off and brings it when it is on."""
    scene.stack.switch("to-nomis", "person.case-note.created", False)
    scene.write_in_dps("Parked.")
    scene.settle()
    assert scene.texts() == ([], ["Parked."])
    scene.stack.switch("to-nomis", "person.case-note.created", True)
    scene.settle()
    assert scene.texts() == (["Parked."], ["Parked."])
