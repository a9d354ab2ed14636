"""Alert notes: born once per transition, on the side that the prison's switch says."""

from __future__ import annotations

from tests.oracle.helpers import found, limited, only, unknown, unsettled
from tests.oracle.story import SYNC, USER, Story
from tests.oracle.test_duplicate import merge

TEXT = "Alert Security and Escape Risk made active."


class AlertStory(Story):
    """A prisoner with an alert; `writer` is the prison's alert-writer switch."""

    def __init__(self, writer: str | None) -> None:
        """Set the switch, unless nobody says it."""
        super().__init__()
        if writer is not None:
            self.write("switch", name="alert-writer", scope="MDI", on=writer)

    def raise_in_nomis(self) -> int:
        """Raise an alert on the NOMIS screen; returns the request's seq."""
        path = f"/prisoners/{self.prisoner}/alerts"
        answer = {"bookingId": 1, "alertSequence": 1, "active": True, "caseNotes": []}
        return self.call(
            "officer", "nomis-screens.raise_alert", "POST", path, {}, 201, answer
        )

    def raise_in_dps(self) -> int:
        """Raise an alert in DPS; returns the request's seq."""
        path = f"/prisoners/{self.prisoner}/alerts"
        answer = {"alertUuid": "u", "isActive": True, "prisonNumber": self.prisoner}
        seq = self.call("u", "alerts.create_alert", "POST", path, {}, 201, answer)
        body = {"additionalInformation": {"alertUuid": "u"}}
        self.event("person.alert.created", body, f"request:{seq}", "dps")
        return seq

    def mirror_to_nomis(self) -> None:
        """Let to-nomis write the alert to NOMIS."""
        path = f"/prisoners/{self.prisoner}/alerts"
        answer = {"bookingId": 1, "alertSequence": 1}
        client = "to-nomis-nomis"
        self.call(client, "nomis.create_alert", "POST", path, {}, 201, answer)

    def trigger(self, cause: int) -> None:
        """Let the NOMIS trigger write its note."""
        kind = "ALERT", "ACTIVE"
        made = self.nomis_row(TEXT, USER, "ALERTTRG", kind, source="AUTO")
        self.tell_nomis("INSERTED", made, cause, "ALERTTRG")

    def handler(self) -> None:
        """Let the DPS handler take its message and write its note."""
        copy = next(one for one in self.waiting if one["half"] == "dps")
        self.receive(copy)
        self.dps_note(copy["message"])
        self.fate(copy)

    def dps_note(self, cause: str) -> None:
        """Write an alert note in DPS without a request."""
        before = len(self.entries)
        note = self.dps_create(TEXT, kind=("ALERT", "ACTIVE"))
        self.dps[note]["system_generated"] = True
        # No request shows it: take the user's call out again.
        event = next(e for e in self.entries[before:] if e["kind"] == "event")
        event["cause"] = cause
        event["body"]["additionalInformation"].update(type="ALERT", subType="ACTIVE")
        del self.entries[before : before + 2]


def test_with_the_trigger_alone_one_note_is_born_in_nomis() -> None:
    """Raised in NOMIS or in DPS: one note a side, born in NOMIS."""
    for raised_in_dps in (False, True):
        story = AlertStory("nomis")
        if raised_in_dps:
            story.raise_in_dps()
            story.fate(story.waiting[0])
            story.mirror_to_nomis()
        else:
            story.raise_in_nomis()
        story.trigger(len(story.entries) - 2)
        story.sync()
        verdict = story.judged()
        assert (verdict.verdict, verdict.violations) == ("pass", [])
        assert verdict.checked["alert-notes"] == 1


def test_with_the_handler_alone_one_note_is_born_in_dps() -> None:
    """The handler's note is carried to NOMIS like any other."""
    story = AlertStory("dps")
    story.raise_in_dps()
    story.handler()
    story.sync()
    assert story.judged().verdict == "pass"
    assert len(story.nomis) == 1


def test_both_on_is_a_fault_of_configuration() -> None:
    """Two logical notes on each side, owner configuration, and no other fault."""
    story = AlertStory("both")
    seq = story.raise_in_dps()
    story.handler()
    story.mirror_to_nomis()
    story.trigger(seq)
    story.sync()
    assert found(story) == {("duplicate", "configuration")}
    assert (len(story.nomis), len(story.dps)) == (2, 2)
    story.expectations = {"allowed": [{"rule": "duplicate", "owner": "configuration"}]}
    assert story.judged().verdict == "pass"


def test_none_on_is_a_finding() -> None:
    """No note is owed and none is missed; who set it so should know."""
    story = AlertStory("none")
    story.expectations = {"empty": True}
    story.raise_in_nomis()
    verdict = story.judged()
    assert verdict.verdict == "pass"
    assert [one.owner for one in verdict.findings] == ["configuration"]


def test_a_handler_that_ignores_its_switch_is_dpss_fault() -> None:
    """The prison's notes are NOMIS's to write, and DPS wrote one."""
    story = AlertStory("nomis")
    seq = story.raise_in_dps()
    story.mirror_to_nomis()
    story.trigger(seq)
    story.handler()
    story.sync()
    violation = only(story.judged(), "duplicate")
    assert violation.owner == "dps"
    assert "ignored its switch" in violation.message


def test_a_trigger_that_ignores_its_switch_is_nomiss_fault() -> None:
    """And the other way round."""
    story = AlertStory("dps")
    seq = story.raise_in_dps()
    story.handler()
    story.trigger(seq)
    story.sync()
    assert ("duplicate", "nomis") in found(story)


def test_a_handler_that_wrote_nothing_lost_the_note() -> None:
    """Its message was taken, and no note was born."""
    story = AlertStory("dps")
    story.expectations = {"empty": True}
    story.raise_in_dps()
    (copy,) = story.waiting
    story.receive(copy)
    story.fate(copy)
    assert found(story) == {("lost", "dps")}


def test_a_trigger_that_did_not_fire_lost_the_note() -> None:
    """Raised on the screen with the trigger on, and no row."""
    story = AlertStory("nomis")
    story.expectations = {"empty": True}
    story.raise_in_nomis()
    assert found(story) == {("lost", "nomis")}


def test_an_alert_that_never_came_over_loses_its_note_by_the_half() -> None:
    """The trigger cannot fire on an alert that to-nomis never wrote."""
    story = AlertStory("nomis")
    story.expectations = {"empty": True}
    story.raise_in_dps()
    story.fate(story.waiting[0])
    assert found(story) == {("lost", "to-nomis")}


def test_a_redelivered_alert_event_is_dpss_known_limit() -> None:
    """The handler does not deduplicate: limited as deployed, a fault as intended."""
    story = AlertStory("dps")
    story.raise_in_dps()
    (copy,) = story.waiting
    story.receive(copy)
    story.dps_note(copy["message"])
    story.receive(copy)
    story.dps_note(copy["message"])
    story.fate(copy)
    story.sync()
    assert story.judged().verdict == "pass"
    assert limited(story) == {"dps-alert-handler-does-not-deduplicate"}
    story.limits = "as-intended"
    assert found(story) == {("duplicate", "dps")}


def test_two_notes_from_one_delivery_are_no_limit() -> None:
    """Delivered once and written twice is not what the limit says."""
    story = AlertStory("dps")
    story.raise_in_dps()
    (copy,) = story.waiting
    story.receive(copy)
    story.dps_note(copy["message"])
    story.dps_note(copy["message"])
    story.fate(copy)
    story.sync()
    assert found(story) == {("duplicate", "dps")}


def test_a_trigger_note_skipped_by_its_module_is_lost() -> None:
    """The trigger inherited the sync's stamp, and from-nomis took it for an echo."""
    story = AlertStory("nomis")
    seq = story.raise_in_dps()
    story.fate(story.waiting[0])
    story.mirror_to_nomis()
    story.trigger(seq)
    next(iter(story.nomis.values()))["audit_module"] = SYNC
    story.sync()
    assert ("lost", "from-nomis") in found(story)


def test_without_a_switch_that_says_who_writes_it_is_unknown() -> None:
    """Nobody says who writes alert notes in the prison: no guess."""
    story = AlertStory(None)
    story.raise_in_nomis()
    story.trigger(0)
    story.sync()
    assert unknown(story)
    assert unknown(unsettled(AlertStory("nomis")))


def test_ending_an_alert_owes_a_second_note() -> None:
    """Active and inactive are two transitions; editing a comment is none."""
    story = AlertStory("none")
    story.expectations = {"empty": True}
    story.raise_in_nomis()
    answer = {"bookingId": 1, "alertSequence": 1, "active": True, "caseNotes": []}
    path, name = "/bookings/1/alerts/1", "nomis-screens.edit_alert"
    story.call("officer", name, "PUT", path, {"comment": "x"}, 200, answer)
    story.call(
        "officer",
        "nomis-screens.end_alert",
        "PUT",
        f"{path}/end",
        {},
        200,
        {**answer, "active": False, "prisoner": story.prisoner},
    )
    assert [one.message.split()[3] for one in story.judged().findings] == [
        "ACTIVE",
        "INACTIVE",
    ]


def flip(story: AlertStory, writer: str) -> None:
    """Let the prison's writer of alert notes change hands now."""
    story.write("switch", name="alert-writer", scope="MDI", on=writer)


def test_each_side_is_judged_by_the_writer_it_found() -> None:
    """Raised in DPS: the handler still saw its switch on, the trigger never did."""
    story = AlertStory("nomis")
    story.raise_in_dps()
    flip(story, "dps")
    story.handler()
    story.mirror_to_nomis()
    story.sync()
    verdict = story.judged()
    assert (verdict.verdict, verdict.violations) == ("pass", [])


def test_two_writers_one_after_the_other_are_a_fault_of_configuration() -> None:
    """The trigger wrote at once, and the handler after the writer changed hands."""
    story = AlertStory("nomis")
    seq = story.raise_in_nomis()
    story.trigger(seq)
    flip(story, "dps")
    path = f"/prisoners/{story.prisoner}/alerts"
    answer = {"alertUuid": "u", "isActive": True, "prisonNumber": story.prisoner}
    made = story.call(
        "from-nomis-alerts", "alerts.create_alert", "POST", path, {}, 201, answer
    )
    body = {"additionalInformation": {"alertUuid": "u"}}
    story.event("person.alert.created", body, f"request:{made}", "dps")
    story.handler()
    story.sync()
    assert found(story) == {("duplicate", "configuration")}
    assert "changed hands" in only(story.judged(), "duplicate").message


def test_an_alert_ended_on_both_sides_at_once_owes_one_note_of_its_end() -> None:
    """Neither side had heard of the other's end, but it is one alert."""
    story = AlertStory("none")
    story.expectations = {"empty": True}
    story.raise_in_dps()
    story.fate(story.waiting[0])
    story.mirror_to_nomis()
    story.alert_mappings = [{"booking": 1, "sequence": 1, "dps_id": "u"}]
    ended = {"alertUuid": "u", "isActive": False, "prisonNumber": story.prisoner}
    path = f"/prisoners/{story.prisoner}/alerts/u"
    story.call("u", "alerts.update_alert", "PUT", path, {}, 200, ended)
    gone = {"bookingId": 1, "alertSequence": 1, "active": False, "caseNotes": []}
    gone["prisoner"] = story.prisoner
    name = "nomis-screens.end_alert"
    story.call("officer", name, "PUT", "/bookings/1/alerts/1/end", {}, 200, gone)
    kinds = [one.message.split()[3] for one in story.judged().findings]
    assert kinds == ["ACTIVE", "INACTIVE"]
    story.alert_mappings = []
    assert len(story.judged().findings) == 3, "without the mapping they are two alerts"


def test_a_trigger_note_stays_one_when_its_prisoner_is_merged() -> None:
    """What a trigger wrote before a merge is no copy that the merge made."""
    for mapped in (True, False):
        story = AlertStory("nomis")
        story.raise_in_nomis()
        story.trigger(len(story.entries) - 2)
        story.sync()
        merge(story, "B2222BB", mapped=mapped)
        verdict = story.judged()
        assert verdict.checked["alert-notes"] == 1
        assert {v.rule for v in verdict.violations} == (
            set() if mapped else {"mapping-sound"}
        )
