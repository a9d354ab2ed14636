"""The expected state of a logical note, from the accepted changes alone.

Terms. A change **reached** the other side when a write of the sync carrying it was
answered there. Two changes on different sides are **concurrent** when neither had
reached the other's side when it was accepted; otherwise the later one **supersedes**
the earlier. Each field is a register: its **permitted** values are those not
superseded, so concurrent edits permit either text whole (never a mixture). Amendments
are a set: each accepted one stays, unless an edit that could see it left it out.
Delete wins over everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.oracle.codec import Part, normal, seconds, stored
from harness.oracle.relisting import relist
from harness.oracle.who import DPS, NOMIS, OTHER

if TYPE_CHECKING:
    from harness.oracle.changes import Change
    from harness.oracle.notes import LogicalNote
    from harness.oracle.writes import Write

_NEVER = 1 << 62


@dataclass(slots=True)
class Value:
    """One value a field was given: by which change (None: birth), where, when."""

    value: str
    side: str
    seq: int
    change: Change | None = None


@dataclass(slots=True)
class Amendment:
    """One expected amendment.

    `since` and `until` bound its second (NOMIS screens do not tell it); `texts` are
    the values its text was given; `removed` the edit that left it out.
    """

    author: str
    since: str
    until: str
    texts: list[Value]
    change: Change | None = None
    id: str | None = None
    removed: Change | None = None

    @property
    def text(self) -> str:
        """Its text now."""
        return self.texts[-1].value

    def is_at(self, second: str) -> bool:
        """Say whether it was written in that second."""
        return self.since <= second <= self.until

    def part(self) -> Part:
        """Return it as text holds it."""
        return Part(self.author, self.since, self.text)


@dataclass(slots=True)
class Expected:
    """What each copy of one logical note should be."""

    prisoner: str
    text: list[Value]
    type: list[Value]
    occurred: list[Value]
    amendments: list[Amendment] = field(default_factory=list)
    deleted: Change | None = None
    text_history: list[Value] = field(default_factory=list)
    removed: list[Amendment] = field(default_factory=list)
    concurrent: list[tuple[Change, Change]] = field(default_factory=list)

    def parts(self) -> list[Part]:
        """Return the amendments in order of writing."""
        return sorted((one.part() for one in self.amendments), key=lambda part: part.at)


def expect(note: LogicalNote, prisoner: str) -> Expected:
    """Compute the expected state from the note's birth and its changes, in order."""
    side, seq = note.side, note.seq
    state = Expected(
        prisoner,
        [Value(note.text, side, seq)],
        [Value(f"{note.type}/{note.sub_type}", side, seq)],
        [Value(note.occurred, side, seq)],
        [
            Amendment(part.author, part.at, part.at, [Value(part.text, side, seq)])
            for part in note.parts
        ],
    )
    state.text_history = state.text
    if not note.changes:
        return state
    for change in note.changes:
        if change.action == "amend":
            state.amendments += _amendments(change)
        elif change.action == "delete":
            state.deleted = state.deleted or change
        elif change.action == "edit":
            _edit(note, state, change)
    state.text = permitted(note, state.text)
    state.type = permitted(note, state.type)
    state.occurred = permitted(note, state.occurred)
    state.concurrent = _concurrent(note)
    state.removed = [one for one in state.amendments if one.removed]
    state.amendments = [one for one in state.amendments if not one.removed]
    return state


def _amendments(change: Change) -> list[Amendment]:
    """Return the amendment written, and those its text pretends to be (NOMIS)."""
    since = change.created or change.since
    made = Amendment(
        change.author,
        since,
        change.created or change.until,
        [Value(normal(change.text or ""), change.side, change.done, change)],
        change,
        change.details.get("amendment"),
    )
    return [
        made,
        *(
            Amendment(
                part.author,
                part.at,
                part.at,
                [Value(normal(part.text), change.side, change.done, change)],
                change,
            )
            for part in change.details.get("typed") or ()
        ),
    ]


def _edit(note: LogicalNote, state: Expected, change: Change) -> None:
    side, seq = change.side, change.done
    if change.text is not None:
        _set(note, state.text, Value(normal(change.text), side, seq, change))
    if change.type is not None:
        kind = f"{change.type}/{change.sub_type}"
        _set(note, state.type, Value(kind, side, seq, change))
    if change.occurred:
        _set(note, state.occurred, Value(seconds(change.occurred), side, seq, change))
    if change.parts is None:
        return
    seen = [
        one
        for one in state.amendments
        if not one.removed and _visible(note, one, change)
    ]
    pairs, added, removed = relist(seen, change.parts)
    for one, part in pairs:
        if one.text != part.text:
            one.texts.append(Value(part.text, side, seq, change))
    for part_id, part in added:
        first = [Value(part.text, side, seq, change)]
        state.amendments.append(
            Amendment(part.author, part.at, part.at, first, change, part_id)
        )
    for one in removed:
        one.removed = change


def _set(note: LogicalNote, values: list[Value], new: Value) -> None:
    """Add what an edit wrote, unless it stood there already.

    DPS' administrators send the whole note: what they leave as it was is no edit, and
    stands against none of the other side.
    """
    stood = next(
        one
        for one in reversed(values)
        if one.change is None
        or one.side == new.side
        or (new.change and reached(note, one.change) < new.change.seq)
    )
    if stood.value != new.value:
        values.append(new)


def _visible(note: LogicalNote, amendment: Amendment, edit: Change) -> bool:
    """Say whether an amendment stood on the edit's side when the edit was made."""
    change = amendment.change
    if change is None or change.side == edit.side:
        return True
    return reached(note, change) < edit.seq


def permitted(note: LogicalNote, values: list[Value]) -> list[Value]:
    """Return the values that no later one supersedes."""
    if len(values) == 1:
        return values
    last = values[-1]
    kept = [
        one
        for index, one in enumerate(values[:-1])
        if not any(_supersedes(note, later, one) for later in values[index + 1 :])
    ]
    return [*kept, last]


def _supersedes(note: LogicalNote, later: Value, earlier: Value) -> bool:
    if earlier.change is None or later.side == earlier.side or later.change is None:
        return True
    return reached(note, earlier.change) < later.change.seq


def reached(note: LogicalNote, change: Change) -> int:
    """Return when a write carrying the change was answered on the other side."""
    write = carrier(note, change)
    return _NEVER if write is None else write.done


def carrier(note: LogicalNote, change: Change) -> Write | None:
    """Return the first accepted write that brought the change to the other side."""
    other = OTHER[change.side]
    writes = [
        write
        for copy in (*note.copies[other], *note.surplus)
        for write in copy.writes
        if write.side == other and write.done > change.seq and write.call.accepted
    ]
    writes.sort(key=lambda write: write.seq)
    return next((write for write in writes if _carries(write, change)), None)


def _carries(write: Write, change: Change) -> bool:
    if change.action == "create":
        return write.kind in {"create", "migrate"}
    if change.action == "delete":
        return write.kind == "delete"
    if change.action == "amend":
        return write.carries(change.author, normal(change.text or ""))
    return write.text is not None and _same(write.text, change.text or "")


def _same(written: str, text: str) -> bool:
    return normal(written) == normal(text) or written == stored(normal(text))


def _concurrent(note: LogicalNote) -> list[tuple[Change, Change]]:
    """Return the pairs of concurrent changes; most notes changed on one side only."""
    if len({change.side for change in note.changes}) < 2:  # noqa: PLR2004 - two sides
        return []
    mine = {side: [c for c in note.changes if c.side == side] for side in (NOMIS, DPS)}
    return [
        (one, other) if one.done < other.done else (other, one)
        for one in mine[NOMIS]
        for other in mine[DPS]
        if reached(note, one) > other.seq and reached(note, other) > one.seq
    ]
