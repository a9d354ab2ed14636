"""Reference data: case-note types, the Works table, alert types and codes.

The pairs are those that DPS syncs (http-contracts 3.3), in NOMIS words: a DPS
`APP/OUTCOME` may stand here as `CNOTE/OUTCOME`. Alert types and codes are the list that
DPS's alerts service begins with too: DPS finds an alert's note by its text, which holds
both descriptions (events-and-config 7.4).
"""

from __future__ import annotations

from dataclasses import dataclass

from simulators.alert_codes import ALERT_CODES, ALERT_TYPES

WORKS: tuple[tuple[str, str, str, str], ...] = (
    ("ACP", "Accredited Programme", "SOU", "Statement Of Understanding Signed"),
    ("ALERT", "Alert", "ACTIVE", "Made Active"),
    ("ALERT", "Alert", "INACTIVE", "Made Inactive"),
    ("APP", "Appointment", "OUTCOME", "Outcome of Schedule"),
    ("CAB", "CAB", "OTHER", "Other"),
    ("CNOTE", "Case Note", "FWD", "Forwarded"),
    ("CNOTE", "Case Note", "OUTCOME", "Outcome of Schedule"),
    ("COMMS", "Communication", "COM_IN", "Communication IN"),
    ("GEN", "General", "HIS", "History Sheet Entry"),
    ("GEN", "General", "OSE", "Offender Supervisor Entry"),
    ("GEN", "General", "WELFCHK", "Well--Being Check"),
    ("KA", "Key Worker Activity", "KE", "Key Worker Entry"),
    ("KA", "Key Worker Activity", "KS", "Key Worker Session"),
    ("NEG", "Negative Behaviour", "IEP_WARN", "Incentive Warning"),
    ("OBSERVE", "Observations", "OBS_GEN", "General Entry"),
    ("OMIC", "OMiC", "INFOSHARE_FM", "Information Sharing Form"),
    ("POM", "POM Activity", "POME", "POM Entry"),
    ("POS", "Positive Behaviour", "IEP_ENC", "Incentive Encouragement"),
    ("PRISON", "Prison", "RELEASE", "Release"),
    ("REPORTS", "Reports", "REP_IEP", "Incentive Review"),
    ("RESET", "Resettlement", "GEN", "General"),
    ("TRANSFER", "Transfer", "FROMTOL", "From/ To Location"),
    ("VETERAN", "Veteran", "VET_OMU", "Veteran OMU Entry"),
)


@dataclass(slots=True)
class Code:
    """A reference code: description, list position, whether it is active."""

    code: str
    description: str
    sequence: int = 0
    active: bool = True
    parent: str | None = None

    def described(self) -> dict[str, str]:
        """Return `{code, description}`, the form every answer uses."""
        return {"code": self.code, "description": self.description}


class Reference:
    """TASK_TYPE and TASK_SUBTYPE codes, the CNOTE pairs in Works, alert codes."""

    def __init__(self) -> None:
        """Load the built-in data; tests and scenarios may add to it."""
        self.types: dict[str, Code] = {}
        self.sub_types: dict[str, Code] = {}
        self.works: dict[tuple[str, str], str] = {}
        self.alert_types: dict[str, Code] = {}
        self.alert_codes: dict[str, Code] = {}
        for row in WORKS:
            self.add_pair(*row)
        for position, (code, text) in enumerate(ALERT_TYPES, 1):
            self.alert_types[code] = Code(code, text, position)
        for position, (code, parent, text) in enumerate(ALERT_CODES, 1):
            self.alert_codes[code] = Code(code, text, position, parent=parent)

    def add_pair(self, kind: str, kind_text: str, sub: str, sub_text: str) -> None:
        """Allow the pair in the note workflow, creating its codes as needed."""
        self.types.setdefault(kind, Code(kind, kind_text))
        self.sub_types.setdefault(sub, Code(sub, sub_text))
        self.works[kind, sub] = sub_text

    def type_of(self, kind: str) -> dict[str, str]:
        """Return `{code, description}` of a type; an unknown code names itself."""
        known = self.types.get(kind)
        return known.described() if known else {"code": kind, "description": kind}

    def sub_type_of(self, kind: str, sub: str) -> dict[str, str]:
        """Return `{code, description}` of a sub type as it reads under `kind`."""
        known = self.sub_types.get(sub)
        text = self.works.get((kind, sub)) or (known.description if known else sub)
        return {"code": sub, "description": text}

    def alert_text(self, code: str, state: str) -> str:
        """Return the one line an alert note says (events-and-config 7.1)."""
        known = self.alert_codes[code]
        kind = self.alert_types[known.parent or ""]
        return f"Alert {kind.description} and {known.description} made {state}."
