"""The planted defects, by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


@dataclass(frozen=True)
class Defect:
    """One planted defect.

    `corpus` lists fault-corpus entries; `where` is half or world; `rule` and `owner`
    are what the oracle must say; `apply` patches attributes and undoes it at exit.
    """

    id: str
    title: str
    corpus: tuple[str, ...]
    where: str
    rule: str
    owner: str
    apply: Callable[[], AbstractContextManager[None]]


def defects() -> dict[str, Defect]:
    """Return all planted defects by id."""
    return {}
