"""The house's rule for the oracle: nothing it says without a test of each answer.

Each rule has a test where it fires, one where it looks and keeps silent, and one where
nobody can tell; each limit one where it excuses, and one where it must not. The tests
are named here and played with an eye on their verdicts, so that a rule or a limit
without its tests fails, and so does a test that shows something else than it is named
for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from contracts.limits import limits
from harness.oracle.severity import SEVERITY
from tests.oracle import story

if TYPE_CHECKING:
    from harness.oracle import Evidence, Verdict

# By rule: where it fires, where it must not, and where it must say unknown.
RULES = {
    "leaked": (
        "keeping.a_dps_only_note_in_nomis_is_leaked",
        "keeping.a_dps_only_note_stays_in_dps",
        "keeping.a_leak_is_certain_even_while_things_move",
    ),
    "misplaced": (
        "identity.a_note_written_under_another_prisoner_is_misplaced",
        "identity.a_dps_only_note_stays_when_a_booking_moves",
        "identity.a_misplaced_note_is_unknown_while_things_move",
    ),
    "lost": (
        "assembly.a_note_that_was_not_migrated_is_lost",
        "content.messages_of_a_stopped_half_are_not_lost",
        "content.an_absence_is_unknown_while_things_move",
    ),
    "resurrected": (
        "identity.a_deleted_note_that_comes_back_is_resurrected",
        "identity.a_deleted_note_that_stays_away_is_not",
        "identity.a_resurrection_is_unknown_while_things_move",
    ),
    "corrupt": (
        "content.an_amendment_that_no_user_wrote_is_corrupt",
        "content.nul_characters_and_whole_seconds_are_no_corruption",
        "content.corruption_is_unknown_while_things_move",
    ),
    "overwritten": (
        "keeping.a_losing_text_that_nobody_keeps_is_a_violation",
        "keeping.a_losing_dps_text_in_the_audit_is_a_finding",
        "keeping.a_crossing_is_unknown_while_things_move",
    ),
    "stale": (
        "content.an_edit_that_went_back_is_stale",
        "content.the_latest_edit_of_many_is_not_stale",
        "content.a_stale_copy_is_unknown_while_things_move",
    ),
    "loop": (
        "loop.a_write_that_nobody_asked_for_is_a_loop",
        "loop.a_write_for_every_change_is_owed",
        "loop.without_a_finished_count_a_sound_note_is_unknown",
    ),
    "duplicate": (
        "alert_notes.a_handler_that_ignores_its_switch_is_dpss_fault",
        "duplicate.two_equal_notes_of_a_user_are_two_notes",
        "duplicate.a_double_is_unknown_while_things_move",
    ),
    "acknowledged-before-done": (
        "keeping.work_after_the_acknowledgement_is_seen_without_the_syncs_help",
        "keeping.one_message_may_do_the_work_of_two",
        "keeping.an_early_acknowledgement_is_certain_while_things_move",
    ),
    "altered": (
        "identity.an_amendment_under_another_name_or_time_is_altered",
        "identity.seconds_are_cut_and_ancient_years_are_equal",
        "identity.an_alteration_is_unknown_while_things_move",
    ),
    "converged": (
        "content.a_type_that_differs_is_not_converged",
        "content.the_outcome_type_under_its_two_names_is_one_type",
        "content.a_difference_is_unknown_while_things_move",
    ),
    "mapping-sound": (
        "keeping.a_pair_without_a_mapping_is_unsound",
        "duplicate.copies_that_nomis_made_on_a_merge_are_allowed",
        "keeping.a_mapping_is_unknown_while_things_move",
    ),
    "visible": (
        "visible.a_note_missing_from_its_own_list_is_a_disruption",
        "visible.lists_that_show_each_note_once_are_right",
        "visible.a_list_is_unknown_while_things_move",
    ),
    "conserved": (
        "keeping.a_message_passed_on_must_arrive_somewhere",
        "keeping.a_message_the_half_sent_to_itself_is_in_hand_too",
        "keeping.a_message_held_by_the_scenario_makes_it_unknown",
    ),
}

# By limit: where it excuses, and where it must not.
LIMITS = {
    "dps-alert-handler-does-not-deduplicate": (
        "alert_notes.a_redelivered_alert_event_is_dpss_known_limit",
        "alert_notes.two_notes_from_one_delivery_are_no_limit",
    ),
    "dps-alert-note-follows-state-at-processing": (
        "limits.a_note_of_the_other_kind_is_dpss_limit",
        "limits.a_note_too_many_of_another_kind_is_no_limit",
    ),
    "dps-equal-second-amendments-are-re-added": (
        "limits.equal_second_amendments_added_again_are_dpss_limit",
        "limits.an_amendment_repeated_without_a_sync_is_no_limit",
    ),
    "dps-amendments-removed-in-nomis-stay": (
        "limits.an_amendment_removed_in_nomis_that_stays_in_dps_is_dpss_limit",
        "limits.a_removal_that_was_never_sent_is_no_limit",
    ),
    "dps-amendment-ids-change-on-replace": (
        "limits.new_amendment_ids_after_a_rebuild_are_dpss_limit",
        "limits.ids_and_origin_lost_without_a_rebuild_are_no_limit",
    ),
    "dps-replace-loses-system": (
        "limits.origin_lost_in_a_rebuild_is_dpss_limit",
        "limits.ids_and_origin_lost_without_a_rebuild_are_no_limit",
    ),
    "dps-replace-loses-dps-amendments": (
        "limits.a_dps_amendment_that_fell_to_a_rebuild_is_dpss_limit",
        "limits.a_dps_amendment_gone_without_trace_is_no_limit",
    ),
    "nomis-update-is-blind-replace": (
        "limits.a_nomis_amendment_wiped_before_it_was_read_is_nomiss_limit",
        "limits.a_nomis_amendment_wiped_after_it_was_read_is_no_limit",
    ),
    "nomis-update-is-text-only": (
        "limits.type_and_occurrence_changed_in_dps_are_nomiss_limit",
        "limits.a_type_change_that_was_never_pushed_is_no_limit",
    ),
    "nomis-impossible-marker-date-500": (
        "limits.an_impossible_marker_date_is_nomiss_limit",
        "limits.an_impossible_marker_that_could_be_read_is_no_limit",
    ),
    "nomis-marker-username-alphabet": (
        "limits.an_amendment_by_an_unreadable_name_is_nomiss_limit",
        "limits.other_corruption_of_such_a_note_is_no_limit",
    ),
    "nomis-holds-4000-bytes": (
        "limits.a_cut_text_that_a_nomis_edit_sends_back_is_nomiss_limit",
        "limits.a_text_cut_without_a_nomis_edit_is_no_limit",
    ),
}


def verdicts(name: str, patch: pytest.MonkeyPatch) -> list[Verdict]:
    """Play a test (with the first of its parameters) and return what was judged."""
    found: list[Verdict] = []
    plain = vars(story)["judge"]

    def seen(evidence: Evidence) -> Verdict:
        verdict: Verdict = plain(evidence)
        found.append(verdict)
        return verdict

    module, _, words = name.partition(".")
    function = getattr(import_module(f"tests.oracle.test_{module}"), f"test_{words}")
    given: dict[str, object] = {}
    for mark in getattr(function, "pytestmark", ()):
        if mark.name == "parametrize":
            names, values = mark.args[0], mark.args[1][0]
            single = isinstance(names, str)
            given |= (
                {names: values} if single else dict(zip(names, values, strict=True))
            )
    with patch.context() as patched:
        patched.setattr(story, "judge", seen)
        function(**given)
    assert found, f"{name} judges nothing"
    return found


def broken(verdict: Verdict) -> set[str]:
    """Return the rules that a verdict calls broken, excused or not."""
    return {one.rule for one in (*verdict.violations, *verdict.limited)}


def test_every_rule_and_every_limit_is_listed() -> None:
    """A new rule or limit comes with its tests."""
    assert set(RULES) == set(SEVERITY)
    assert set(LIMITS) == {limit.id for limit in limits()}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fires_keeps_silent_and_does_not_know(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its three answers is shown by the test that is named for it."""
    fires, silent, unknown = RULES[rule]
    assert any(rule in broken(one) for one in verdicts(fires, monkeypatch))
    assert any(
        one.verdict == "pass" and one.checked.get(rule) and rule not in broken(one)
        for one in verdicts(silent, monkeypatch)
    )
    assert any(
        one.verdict == "unknown"
        and rule not in broken(one)
        and (one.checked.get(rule) or rule in {two.rule for two in one.findings})
        for one in verdicts(unknown, monkeypatch)
    )


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_excuses_its_own_and_nothing_beside(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A violation of the kind it names is excused once, and another time stands."""
    rules = next(one.rules for one in limits() if one.id == limit)
    excuses, stands = LIMITS[limit]
    assert any(
        one.verdict == "pass" and limit in {two.limit for two in one.limited}
        for one in verdicts(excuses, monkeypatch)
    )
    against = verdicts(stands, monkeypatch)
    assert not any(two.limit == limit for one in against for two in one.limited)
    assert any(two.rule in rules for one in against for two in one.violations)
