"""What a half demands of its environment, and what it refuses."""

from __future__ import annotations

import pytest

from simulators.sync import settings
from simulators.sync.switches import EVENTS, Switches, UnknownSwitch, canonical
from tests.sync.rig import environment

HALVES = (settings.TO_NOMIS, settings.FROM_NOMIS)


@pytest.mark.parametrize("half", HALVES)
def test_every_variable_is_missed_by_name(half: str) -> None:
    """A half without one of its variables names it and says what it is for."""
    for name in environment(half):
        given = environment(half)
        del given[name]
        with pytest.raises(settings.SettingsError) as caught:
            settings.read(half, given)
        assert len(caught.value.faults) == 1
        assert caught.value.faults[0].startswith(f"set {name}: ")


def test_all_faults_are_told_at_once() -> None:
    """Nobody has to mend an environment one variable at a time."""
    with pytest.raises(settings.SettingsError) as caught:
        settings.read(settings.TO_NOMIS, {"SERVER_PORT": "x"})
    assert len(caught.value.faults) == 5 + 8 + 4 + 1 + 1


def test_two_services_at_one_address_are_refused() -> None:
    """Swapped or copied base URLs do not start (CFG-05)."""
    given = environment(settings.TO_NOMIS)
    given["API_BASE_URL_MAPPING"] = given["API_BASE_URL_NOMIS"]
    with pytest.raises(settings.SettingsError, match="API_BASE_URL_MAPPING"):
        settings.read(settings.TO_NOMIS, given)


def test_one_name_for_two_queues_is_refused() -> None:
    """Queue and DLQ names differ over all ids, as the builds demand."""
    given = environment(settings.FROM_NOMIS)
    given["HMPPS_SQS_QUEUES_EVENTALERTS_DLQ_NAME"] = "casenotes"
    with pytest.raises(settings.SettingsError, match="must differ"):
        settings.read(settings.FROM_NOMIS, given)


def test_an_unknown_half_is_refused() -> None:
    """There are two halves, and the error names them."""
    with pytest.raises(settings.SettingsError, match="to-nomis, from-nomis"):
        settings.read("sideways", {})


@pytest.mark.parametrize("half", HALVES)
def test_each_event_has_a_switch_in_every_documented_spelling(half: str) -> None:
    """Each handled event is switched off by its name, also per domain (TOG-01)."""
    for domain, events in EVENTS[half].items():
        for event in events:
            for name in (event, f"{domain}.{event}"):
                for spelling in (name.upper().replace(".", "_"), canonical(name)):
                    given = environment(half) | {f"FEATURE_EVENT_{spelling}": "false"}
                    found = settings.read(half, given).switches
                    assert not Switches(half, found).is_on(domain, event)


@pytest.mark.parametrize("value", ["off", "", "0"])
def test_a_switch_is_true_or_false(value: str) -> None:
    """Any other word would leave the direction in doubt."""
    given = environment(settings.TO_NOMIS)
    given["FEATURE_EVENT_PERSON_CASE_NOTE_CREATED"] = value
    with pytest.raises(settings.SettingsError, match="must be true or false"):
        settings.read(settings.TO_NOMIS, given)


def test_a_misspelt_switch_fails_at_start() -> None:
    """A name that governs no event is refused, not taken for on (TOG-01)."""
    given = environment(settings.TO_NOMIS)
    given["FEATURE_EVENT_PERSON_CASENOTE_CREATED"] = "false"
    with pytest.raises(settings.SettingsError, match="PERSON_CASENOTE_CREATED"):
        settings.read(settings.TO_NOMIS, given)


def test_a_domain_switch_leaves_the_other_domain_on() -> None:
    """Merges may be off for alerts and on for case notes (TOG-02)."""
    switches = Switches(settings.FROM_NOMIS, {})
    merged = "prison-offender-events.prisoner.merged"
    switches.set(f"alerts.{merged}", False)
    assert switches.is_on("casenotes", merged)
    assert not switches.is_on("alerts", merged)
    switches.set(merged, False)
    assert not switches.is_on("casenotes", merged)


def test_flipping_an_unknown_switch_names_those_there_are() -> None:
    """An operator's typing error is told, with what could have been meant."""
    with pytest.raises(UnknownSwitch, match=r"person\.case-note\.created"):
        Switches(settings.TO_NOMIS, {}).set("person.note.created", True)
