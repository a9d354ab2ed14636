"""The register as table, Markdown and JSON; each ends with what must be zero."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from harness.compare.tables import columns
from harness.results import EXIT_CODES, FAIL, PASS, UNKNOWN

if TYPE_CHECKING:
    from harness.dependencies.counts import Counts
    from harness.dependencies.register import Source

RESOLVED = "resolved"
_NOTHING = (
    "UNKNOWN: the journals hold no case-note event of NOMIS, so nothing was counted; a "
    "run leaves its journal with --keep-journal."
)


@dataclass(frozen=True)
class Register:
    """The sources with their evidence: broken scenarios by source id, and counts."""

    sources: tuple[Source, ...]
    scenarios: dict[str, list[str]]
    counts: Counts | None = None

    def contradictions(self) -> list[str]:
        """Say which resolved sources still write."""
        return [
            f"{one.name} is called resolved, but wrote {number} times"
            for one in self.sources
            if one.status == RESOLVED and (number := self.written(one.id))
        ]

    def written(self, source: str) -> int | None:
        """Return the writes counted of a source; None when nothing could be counted."""
        return self.counts.of(source) if self.counts and self.counts.events else None

    def must_be_zero(self) -> list[str]:
        """Return what stands between today and one-way, one line each."""
        lines = [
            f"writes by: {one.name} ({_counted(self.written(one.id))}; {one.status})"
            for one in self.sources
            if one.status != RESOLVED or self.written(one.id)
        ]
        if self.counts is not None:
            lines += [
                f"writes by an unlisted module: {module} ({number} counted)"
                for module, number in sorted(self.counts.unclaimed.items())
            ]
        return lines

    @property
    def exit_code(self) -> int:
        """1 when a resolved source still writes, 3 when an unlisted module does.

        Also 3 when the journals hold no case-note event: they prove no zero.
        """
        if self.contradictions():
            return EXIT_CODES[FAIL]
        counts = self.counts
        if counts is not None and (counts.unclaimed or not counts.events):
            return EXIT_CODES[UNKNOWN]
        return EXIT_CODES[PASS]


def _counted(number: int | None) -> str:
    return "not counted" if number is None else f"{number} counted"


def _modules(register: Register, source: Source) -> str:
    if register.counts is None:
        return ""
    found = sorted(register.counts.by_source[source.id].items())
    return ", ".join(f"{module} {number}" for module, number in found)


def as_table(register: Register) -> str:
    """Return the register for reading in a terminal."""
    rows = [
        [
            one.name,
            one.status,
            str(len(register.scenarios.get(one.id, []))),
            _counted(register.written(one.id)),
            _modules(register, one),
        ]
        for one in register.sources
    ]
    head = ["source of NOMIS writes", "status", "scenarios", "writes", "by module"]
    lines = columns(head, rows)
    for one in register.sources:
        lines += ["", one.name, f"  writes: {one.writes}"]
        lines += [f"  lost without it: {one.loses}", f"  replaced by: {one.replaces}"]
    lines += ["", *_ending(register)]
    return "\n".join(lines) + "\n"


def _ending(register: Register) -> list[str]:
    lines = [f"CONTRADICTION: {text}" for text in register.contradictions()]
    lines.append("Must be zero before one-way:")
    lines += [f"  - {text}" for text in register.must_be_zero()]
    if unclaimed := len(register.scenarios.get("", [])):
        lines.append(f"{unclaimed} broken scenarios are claimed by no source.")
    if register.counts is None:
        lines.append("Nothing was counted: give --journal FILE.")
    elif not register.counts.events:
        lines.append(_NOTHING)
    else:
        counts = register.counts
        lines.append(
            f"{counts.events} case-note events of NOMIS read, {counts.echoes} of them "
            "the sync's own."
        )
    return lines


def as_markdown(register: Register) -> str:
    """Return the register as a document."""
    lines = ["# What holds the sync from NOMIS to DPS in place", ""]
    for one in register.sources:
        scenarios = register.scenarios.get(one.id, [])
        lines += [
            f"## {one.name}",
            "",
            f"- Status: **{one.status}**",
            f"- Who writes: {one.writes}",
            f"- What a user loses without NOMIS to DPS: {one.loses}",
            f"- What would replace it: {one.replaces}",
            f"- Fact: {one.source}",
            f"- Writes: {_counted(register.written(one.id))}",
        ]
        if modules := _modules(register, one):
            lines.append(f"- By audit module: {modules}")
        lines.append(f"- Scenarios that break without it: {len(scenarios)}")
        lines += [f"  - {name}" for name in scenarios]
        lines.append("")
    lines += ["## Must be zero before one-way", ""]
    lines += [f"- {text}" for text in register.must_be_zero()]
    lines += [f"- **Contradiction**: {text}" for text in register.contradictions()]
    if register.counts is not None and not register.counts.events:
        lines.append(f"- {_NOTHING}")
    return "\n".join(lines) + "\n"


def document(register: Register) -> dict[str, Any]:
    """Return the register as plain data."""
    counts = register.counts
    return {
        "sources": [
            {
                **asdict(one),
                "scenarios": register.scenarios.get(one.id, []),
                "writes": register.written(one.id),
                "by_module": dict(counts.by_source[one.id]) if counts else None,
            }
            for one in register.sources
        ],
        "unclaimed_scenarios": register.scenarios.get("", []),
        "unclaimed_modules": dict(counts.unclaimed) if counts else None,
        "contradictions": register.contradictions(),
        "must_be_zero": register.must_be_zero(),
    }


def as_json(register: Register) -> str:
    """Return the register as one JSON document."""
    text = msgspec.json.encode(document(register))
    return msgspec.json.format(text, indent=2).decode() + "\n"
