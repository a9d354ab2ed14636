"""Logical notes and their copies, as records.

A **logical note** is what the user means by one note. Its **copies** are its row (or
rows, after a merge with copies) in NOMIS and its note in DPS. A **surplus** copy is
one that the model does not allow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.who import DPS, NOMIS

if TYPE_CHECKING:
    from harness.oracle.changes import Change
    from harness.oracle.writes import Write

USER, SEED, ALERT, AUTO, NOBODY = "user", "seed", "alert", "auto", "nobody"


class Copy:
    """One copy: `row` is its snapshot (None when it is gone).

    `birth` is the sync's write that made it, if one did; `writes` all writes that
    addressed it; `merged` says NOMIS itself copied it on a merge.
    """

    __slots__ = ("birth", "born", "id", "merged", "note", "row", "side", "writes")

    def __init__(self, side: str, note_id: str, row: dict[str, Any] | None) -> None:
        """Know the id; ties and writes come later."""
        self.side = side
        self.id = note_id
        self.row = row
        self.birth: Write | None = None
        self.born = -1
        self.writes: list[Write] = []
        self.note: LogicalNote | None = None
        self.merged = False

    def __repr__(self) -> str:
        return f"<{self.side} {self.id}{'' if self.row else ' gone'}>"


class LogicalNote:
    """One note as its user means it; `side` is where it was born, `id` its id there.

    `kind` says what bore it: a user, a seed, an alert, NOMIS automatically, or nobody
    (a copy that no known note explains). `seq` is the birth's place in the journal,
    -1 for a seed. Contents are those of the birth.
    """

    __slots__ = (
        "author",
        "born",
        "changes",
        "copies",
        "created",
        "details",
        "id",
        "kind",
        "occurred",
        "parts",
        "prisoner",
        "seq",
        "side",
        "sub_type",
        "surplus",
        "text",
        "type",
    )

    def __init__(self, kind: str, side: str, note_id: str, seq: int) -> None:
        """Know where it was born; contents come from the change or the row."""
        self.kind = kind
        self.side = side
        self.id = note_id
        self.seq = seq
        self.born: Change | None = None
        self.prisoner = ""
        self.author = ""
        self.type = ""
        self.sub_type = ""
        self.occurred = ""
        self.created = ""
        self.text = ""
        self.parts: list[Any] = []
        self.changes: list[Change] = []
        self.copies: dict[str, list[Copy]] = {NOMIS: [], DPS: []}
        self.surplus: list[Copy] = []
        self.details: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<{self.kind} note {self.id} born in {self.side}>"

    @property
    def everywhere(self) -> list[Copy]:
        """All copies, surplus ones too."""
        return [*self.copies[NOMIS], *self.copies[DPS], *self.surplus]
