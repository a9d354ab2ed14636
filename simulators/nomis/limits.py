"""Faults of the real NOMIS that no sync can put right, each with a switch.

A fake runs as deployed unless a limit's id stands in `Nomis.limits`; then that one
behaves as intended. `contracts/limits.toml` describes them for the oracle.
"""

from __future__ import annotations

BLIND_REPLACE = "nomis-update-is-blind-replace"
"""N3 overwrites whatever the row holds. As intended an `expectedVersion` that is stale
is refused with 409, and amendments that no API read has shown yet survive."""

TEXT_ONLY_UPDATE = "nomis-update-is-text-only"
"""N3 cannot carry type, sub type or occurrence. As intended it takes the three."""

IMPOSSIBLE_MARKER_DATE = "nomis-impossible-marker-date-500"
"""A marker with an impossible date fails the whole read. As intended it is text."""

MARKER_USERNAME_ALPHABET = "nomis-marker-username-alphabet"
"""Markers with a username outside `[A-Za-z0-9_]` are not found again."""

CREATE_NOT_IDEMPOTENT = "nomis-create-not-idempotent"
"""The same N2 twice makes two notes. As intended a repeat under the same
`Idempotency-Key` (or the same message) answers with the first note."""

DELETE_NOT_IDEMPOTENT = "nomis-delete-not-idempotent"
"""N4 of a note already gone is a 404. As intended it is a 204."""

RUBBISH_TIME_COLUMN = "nomis-rubbish-date-in-time-column"
"""The date part of a time column is shown as it is. As intended the date column
gives the date and the time column the time (fault corpus DAT-07)."""

KNOWN = frozenset(
    {
        BLIND_REPLACE,
        TEXT_ONLY_UPDATE,
        IMPOSSIBLE_MARKER_DATE,
        MARKER_USERNAME_ALPHABET,
        CREATE_NOT_IDEMPOTENT,
        DELETE_NOT_IDEMPOTENT,
        RUBBISH_TIME_COLUMN,
    }
)
