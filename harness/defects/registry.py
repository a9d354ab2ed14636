"""What a planted defect is, and how a group of them is written down.

A defect is data and one small function that says what to patch. The fields that the
score holds it to (`rules`, `owners`, `line`) are taken from the *Shows* line of the
fault corpus before the defect is played for the first time.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    Patch = AbstractContextManager[None]
    Patches = Iterable[Patch]

HALVES = ("to-nomis", "from-nomis")
GROUPS = (
    *("loop", "dup", "ord_", "idm", "txt", "txt_who", "dat", "delete", "mrg"),
    *("alt", "tog", "ret", "cfg", "rec"),
)


@dataclass(frozen=True)
class Defect:
    """One planted defect.

    `corpus` lists the fault-corpus entries it re-creates. `program` is what it breaks:
    a half of the sync, or a fake. `rules` and `owners` are those of which one pair must
    be reported; `line` is, for defects that only a report shows, a beginning of the
    `Then` line that must fail. `equivalent` argues why nothing can show it, if so.
    """

    id: str
    title: str
    corpus: tuple[str, ...]
    program: str
    wrong: str
    shows: str
    rules: tuple[str, ...]
    owners: tuple[str, ...]
    patches: Callable[[], Patches]
    line: str = ""
    equivalent: str = ""

    @property
    def where(self) -> str:
        """Return half or world: which process has to be patched."""
        return "half" if self.program in HALVES else "world"

    @property
    def group(self) -> str:
        """Return the corpus group, such as LOOP."""
        return self.id.partition("-")[0]

    @contextmanager
    def apply(self) -> Iterator[None]:
        """Put the defect in place; all of it is undone at the end."""
        with ExitStack() as undo:
            for patch in self.patches():
                undo.enter_context(patch)
            yield


_FOUND: dict[str, Defect] = {}


def defect(
    identifier: str,
    title: str,
    program: str,
    rules: str,
    *,
    wrong: str,
    shows: str,
    owners: str = "",
    corpus: str = "",
    line: str = "",
    equivalent: str = "",
) -> Callable[[Callable[[], Patches]], Callable[[], Patches]]:
    """Register the decorated function as what a defect patches.

    `rules`, `owners` and `corpus` are lists of words; the owner is the broken program
    and the corpus entry is the identifier's unless said otherwise.
    """
    entry = "-".join(identifier.split("-")[:2])

    def register(patches: Callable[[], Patches]) -> Callable[[], Patches]:
        if identifier in _FOUND:
            raise ValueError(f"two defects are called {identifier}")
        _FOUND[identifier] = Defect(
            id=identifier,
            title=title,
            corpus=tuple(corpus.split()) or (entry,),
            program=program,
            wrong=wrong,
            shows=shows,
            rules=tuple(rules.split()),
            owners=tuple(owners.split()) or (program,),
            patches=patches,
            line=line,
            equivalent=equivalent,
        )
        return patches

    return register


@cache
def defects() -> dict[str, Defect]:
    """Return all planted defects by id, in the order of the corpus."""
    for group in GROUPS:
        import_module(f"harness.defects.{group}")
    return dict(_FOUND)
