"""What is wrong with one copy, as data: the rules read it, none compares texts itself.

Kinds. `lost`: an accepted amendment is not there. `stale`: an earlier value stands.
`corrupt`: content no user wrote. `differs`: type or occurrence is not the expected.
`altered`: author, creation, origin, legacy id, system-generated flag or amendment id
changed without a user action. `repeated`: an amendment stands twice. `returned`: what
a user removed is back. `misplaced`: it belongs to another prisoner or note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.oracle.changes import Change
    from harness.oracle.codec import Part
    from harness.oracle.notes import Copy


@dataclass(slots=True)
class Difference:
    """One thing wrong with a copy: which field, how, and the change it breaks.

    `part` is the amendment concerned: as the copy holds it, or the one that is lost.
    """

    copy: Copy
    kind: str
    field: str
    wanted: Any
    found: Any
    change: Change | None = None
    hint: str = ""
    part: Part | None = None
