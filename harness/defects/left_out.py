"""Corpus entries without a planted defect, each with its reason."""

from __future__ import annotations

_NO_CONTENT = (
    "Events carry ids and no content (events-and-config 1.5, 2.1), so there is no "
    "payload to apply; reading too early or writing too late is ORD-05's matter."
)
_AS_DEPLOYED = (
    "Not a variation: the fakes do just that, as deployed, and a limit says so "
    "(contracts/limits.toml)."
)

LEFT_OUT: dict[str, str] = {
    "DUP-10": (
        "Nothing that case notes are written with refuses a create as a duplicate: C3 "
        "updates, N2 creates again, and A3 takes a second active alert from NOMIS."
    ),
    "ORD-12": _NO_CONTENT,
    "ORD-13": _NO_CONTENT,
    "TOG-11": _NO_CONTENT,
    "RET-08": _NO_CONTENT,
    "RET-04": (
        "A call that waits for ever never settles, so its verdict is unknown, which is "
        "no pass but no kill either; the scenario of RET-04 is played all the same."
    ),
    "IDM-04": (
        "A mapping under another DPS id can be there before the row only if NOMIS "
        "re-used the row's id, which it never does; every other conflict is the "
        "trace of another planted defect (LOOP-02, LOOP-04)."
    ),
    "IDM-09": (
        "Bookings have seven digits and notes nine, in NOMIS as in the fakes, so the "
        "two kinds of number never meet."
    ),
    "IDM-15": "No part of a case note mapping's key may be null.",
    "IDM-16": (
        "NOMIS draws ids from a sequence; neither the fakes nor a scenario can give "
        "an id twice."
    ),
    "TXT-02": (
        _AS_DEPLOYED + " NOMIS answers 500 itself, before any sync parses the date."
    ),
    "TXT-12": _AS_DEPLOYED,
    "DAT-07": (
        "The two columns of a row always agree here: nothing known says what NOMIS "
        "shows of a row whose time column holds another date."
    ),
    "DAT-09": (
        "The reference has no window of time, and the relay prints London's offset in "
        "every season; DAT-05 and MRG-05 plant the two halves of it."
    ),
    "DAT-10": (
        "Only the alerts service asks for a date of today, and it has London's clock; "
        "alerts that end on another day than today make the same notes."
    ),
    "MRG-07": (
        "Takes two notes equal in every field and in the second of their making. The "
        "clock moves on between two actions of users, and of two equal historic rows "
        "the oracle takes one for a copy. DUP-12 breaks the same pairing."
    ),
    "MRG-08": (
        "No verdict possible: after copying and moving, NOMIS itself has the note "
        "under two prisoners, and DPS can hold it under one."
    ),
    "MRG-13": (
        "Every admission has the sync load the alerts of the new booking afresh, and "
        "as deployed DPS writes notes for those, copied or not."
    ),
    "MRG-16": (
        "No row changes its booking, and no booking its owner, without the move's "
        "event; a scenario cannot lose that event alone."
    ),
    "MRG-19": (
        "A note not yet mapped follows its booking by the event of its own, whatever "
        "the list of moved ids says."
    ),
    "ALT-04": _AS_DEPLOYED,
    "ALT-06": "The contracts have no bulk operation of alerts.",
    "ALT-08": (
        "The reports of the alerts service on its own history have no effect on a "
        "note while their action is switched off, as deployed."
    ),
    "ALT-09": (
        "Shows only in a report about notes written before November 2024, which no "
        "user can write in a scenario."
    ),
    "ALT-13": _AS_DEPLOYED,
    "ALT-14": "The contracts have no mass change of alerts.",
    "TOG-05": "No rule of case notes says which side owns a prison or a note.",
    "TOG-09": _AS_DEPLOYED,
    "REC-10": (
        "A lost author can only be the trace of another defect (TXT-16, TXT-17); "
        "scenarios cannot change an author in DPS."
    ),
}
