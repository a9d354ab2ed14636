"""Faults of the real alerts service that no sync can put right, each with a switch.

As-deployed (the default) each is reproduced; those whose id stands in
`AlertsModel.limits` behave as intended. The sections are those of http-contracts.
"""

from __future__ import annotations

COMMENT_EMPTIED = "alerts-comment-emptied-is-unchanged"
"""A null description or authoriser in A4 leaves the old one (5.1, edge case 24). As
intended an explicit null from NOMIS empties it."""

RESTRICTED_REFUSES_NOMIS = "alerts-restricted-code-refuses-nomis"
"""A3, A4 and A5 check restricted codes whatever the source (5.0, edge case 23). As
intended a change that NOMIS has already made is taken over."""

RESYNC_RENEWS_ALL = "alerts-resync-renews-all"
"""A6 deletes and re-creates alerts that are the same on both sides, so each merge or
readmission makes new alert notes where DPS writes them (7.7). As intended an alert
with equal code and dates stays, and only real differences are published."""

RESYNC_NEEDS_MODIFIER = "alerts-resync-needs-modifier"
"""A modify time without a modify user makes the whole of A6 fail (edge case 25). As
intended the modification is taken without its user."""

KNOWN = frozenset(
    {
        COMMENT_EMPTIED,
        RESTRICTED_REFUSES_NOMIS,
        RESYNC_RENEWS_ALL,
        RESYNC_NEEDS_MODIFIER,
    }
)
