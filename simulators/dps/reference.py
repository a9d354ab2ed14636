"""Case note types (http-contracts 3.3): a useful subset of the real 382 + 14 pairs."""

from __future__ import annotations

import msgspec


class SubType(msgspec.Struct, frozen=True, kw_only=True):
    """A sub type with its type; `syncs` is the flag syncToNomis."""

    type: str
    code: str
    type_description: str
    description: str
    syncs: bool
    selectable: bool
    active: bool
    sensitive: bool = False
    restricted: bool = False

    @property
    def source(self) -> str:
        """The deprecated `source` of a note of this type, unrelated to events."""
        if not self.syncs:
            return "OCNS"
        return "INST" if self.selectable else "AUTO"


# Flags: S syncs to NOMIS, U selectable by DPS users, A active, r restricted use,
# s sensitive. The descriptions that the dossier leaves out ("various") are ours.
_SEED = """
ALERT | Alert | ACTIVE | Made Active | S A
ALERT | Alert | INACTIVE | Made Inactive | S A
KA | Key Worker Activity | KE | Key Worker Entry | S U A
KA | Key Worker Activity | KS | Key Worker Session | S U A
GEN | General | HIS | History Sheet Entry | S U A
GEN | General | WELFCHK | Well--Being Check | S U A
GEN | General | OSE | Offender Supervisor Entry | S U
GEN | General | XRBS | X-ray body scan |
POM | POM Activity | POME | POM Entry | S U
OBSERVE | Observations | OBS_GEN | General Entry | S U A
POS | Positive Behaviour | IEP_ENC | Incentive Encouragement | S U A
NEG | Negative Behaviour | IEP_WARN | Incentive Warning | S U A
CAB | Conduct & Behaviour | OTHER | Other | S U A
COMMS | Communication | COM_IN | Communication In | S U A
RESET | Resettlement | GEN | General Entry | S U A
REPORTS | Reports | REP_IEP | Incentive Report | S U A
VETERAN | Veterans | VET_OMU | Offender Management Unit | S U A
PRISON | Prison | RELEASE | Release | S A
TRANSFER | Transfer | FROMTOL | From/ To Location | S A
ACP | Accredited Programme | SOU | Statement Of Understanding Signed | S A
ACP | Accredited Programme | REFD | Referred | A
ACP | Accredited Programme | PGM_STD | Programme started | A
ACP | Accredited Programme | MVD_BLDG | Moved to building choices | A
APP | Appointment | OUTCOME | Outcome of Schedule | S
CNOTE | Case Note | FWD | Forwarded | S U
OMIC | OMiC | INFOSHARE_FM | Information Sharing Form | S U A r
OMIC | OMiC | GEN | General OMIC Note | U A s r
"""


class Reference:
    """The types in force, by (type, sub type)."""

    def __init__(self) -> None:
        """Start with the seed."""
        self._pairs: dict[tuple[str, str], SubType] = {}
        for line in _SEED.strip().splitlines():
            self.put(_read(line))

    def put(self, sub_type: SubType) -> None:
        """Add a sub type, or change its flags and descriptions."""
        self._pairs[sub_type.type, sub_type.code] = sub_type

    def pairs(self) -> list[tuple[str, str]]:
        """Return all pairs (type, sub type)."""
        return list(self._pairs)

    def find(self, type_code: str, code: str) -> SubType | None:
        """Return the pair, None when there is no such pair."""
        return self._pairs.get((type_code, code))

    def of(self, note_type: str, sub_type: str) -> SubType:
        """Return a pair that is known to exist, because a note has it."""
        return self._pairs[note_type, sub_type]

    def listed(
        self, *, dps_user: bool, inactive: bool, restricted: bool
    ) -> list[dict[str, object]]:
        """Return the body of `GET /case-notes/types` (C15)."""
        types: dict[str, list[SubType]] = {}
        for pair in self._pairs.values():
            hidden = (
                (dps_user and not pair.selectable)
                or (not pair.active and not inactive)
                or (pair.restricted and not restricted)
            )
            if not hidden:
                types.setdefault(pair.type, []).append(pair)
        shown: list[dict[str, object]] = [
            {
                "code": code,
                "description": pairs[0].type_description,
                "subCodes": [_sub_code(pair) for pair in sorted(pairs, key=_order)],
            }
            for code, pairs in types.items()
        ]
        shown.sort(key=lambda one: (str(one["description"]).lower(), str(one["code"])))
        return shown


def _order(pair: SubType) -> tuple[str, str]:
    return pair.description.lower(), pair.code


def _sub_code(pair: SubType) -> dict[str, object]:
    return {
        "code": pair.code,
        "description": pair.description,
        "active": pair.active,
        "sensitive": pair.sensitive,
        "restrictedUse": pair.restricted,
        "selectableBy": ["DPS_USER"] if pair.selectable else [],
    }


def _read(line: str) -> SubType:
    type_code, type_description, code, description, flags = (
        part.strip() for part in line.split("|")
    )
    held = set(flags.split())
    return SubType(
        type=type_code,
        code=code,
        type_description=type_description,
        description=description,
        syncs="S" in held,
        selectable="U" in held,
        active="A" in held,
        sensitive="s" in held,
        restricted="r" in held,
    )
