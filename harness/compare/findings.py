"""What a comparison can say about one prisoner's notes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

RULES = {
    "missing-in-nomis": "a synced DPS note is not in NOMIS",
    "missing-in-dps": "a NOMIS note is not in DPS",
    "duplicate-in-nomis": "NOMIS holds a note once more than it should",
    "duplicate-in-dps": "DPS holds a note once more than it should",
    "mapping": "the mapping of a note is missing, dead, doubled or names another",
    "text": "the main texts differ beyond NOMIS's cut at 4000 bytes",
    "amendment": "an amendment is missing, repeated or differs",
    "type": "type or sub-type differ",
    "occurrence": "the times of occurrence differ",
    "creation": "the times of creation differ",
    "author": "the DPS author is none of the NOMIS author's accounts",
    "system-generated": "a NOMIS-born note lost or gained its automatic origin",
    "legacy-id": "the DPS note keeps the NOMIS id of another note",
}
REMARKS = {
    "location": "the prisons differ; old NOMIS notes follow their booking's prison",
}
"""Worth a look, but not a difference: each has lawful causes (http-contracts 10.17)."""


@dataclass(frozen=True, order=True)
class Finding:
    """One difference (or remark): the rule, whose notes, and where to look.

    `nomis` and `dps` are the ids concerned ("" where there is none); `detail` says
    what differs without quoting what anybody wrote.
    """

    prisoner: str
    rule: str
    nomis: str = ""
    dps: str = ""
    detail: str = ""

    @property
    def key(self) -> str:
        """The same trouble has the same key on every day."""
        return f"{self.prisoner}|{self.rule}|{self.nomis}|{self.dps}"

    @property
    def remark(self) -> bool:
        """Say whether this is no difference."""
        return self.rule in REMARKS

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)
