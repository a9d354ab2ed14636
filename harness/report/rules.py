"""The oracle's rules in one sentence each, for readers who do not know them."""

from __future__ import annotations

ASSERTION = "scenario"
"""Stands for a rule where a line of the scenario did not hold and no rule broke."""
MEANING = {
    "lost": "an accepted change is absent from a side that should hold it",
    "stale": "a copy shows an earlier state",
    "corrupt": "a copy holds content that no user wrote",
    "converged": "a copy is not as the accepted changes say",
    "duplicate": "there are more copies than the model allows",
    "loop": "the sync sends more writes to a copy than it is owed",
    "misplaced": "a note stands under another prisoner or note",
    "altered": "author, time or origin changed without a user's action",
    "resurrected": "a deleted note is back",
    "leaked": "a note that is for DPS alone reached NOMIS",
    "mapping-sound": "a synced pair is not mapped once, to living notes",
    "overwritten": "the losing text of crossed edits is kept nowhere",
    "acknowledged-before-done": "a message was let go before its work was done",
    "visible": "a user's list does not show each note once",
    "alert-notes": "an alert made more or fewer notes than its prison is set up for",
    "conserved": "a message vanished, or was left over without a reason",
    ASSERTION: "a line of the scenario did not hold",
}
