"""What N3 does to a row: a blind replacement, or, as intended, a careful one.

As deployed the stored text becomes the request's text and amendments, whatever stood
there (http-contracts N3). With `nomis-update-is-blind-replace` fixed, a stale
`expectedVersion` is a conflict, and amendments that officers added since the API last
showed the note are kept in their place in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.nomis import limits
from simulators.nomis.text import Amendment, render, split
from simulators.nomis.times import parse_local, whole_seconds

if TYPE_CHECKING:
    from simulators.nomis.model import Nomis
    from simulators.nomis.rows import CaseNote


class StaleError(ValueError):
    """The caller's version of the note is not the stored one."""


def replaced_text(nomis: Nomis, row: CaseNote, body: dict[str, Any]) -> str:
    """Return the text N3 stores; ValueError when a time cannot be read."""
    sent = [
        Amendment(
            each.get("text") or "",
            each.get("authorUsername") or "",
            whole_seconds(parse_local(each["createdDateTime"])),
        )
        for each in body.get("amendments") or ()
    ]
    if not nomis.fixed(limits.BLIND_REPLACE):
        return render(body["text"], sent)
    expected = body.get("expectedVersion")
    if expected is not None and expected != row.version:
        raise StaleError(
            f"Case note {row.case_note_id} has version {row.version}, not {expected}"
        )
    sent += [each for each in _unseen(row) if each not in sent]
    sent.sort(key=lambda each: each.created)
    return render(body["text"], sent)


def _unseen(row: CaseNote) -> list[Amendment]:
    known = split(row.shown, lenient=True).amendments
    return [
        each for each in split(row.text, lenient=True).amendments if each not in known
    ]
