"""The one-way register: claims, evidence, counts, and what must be zero."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.dependencies import load_register
from harness.dependencies.counts import NO_MODULE, JournalError, count, read_events
from harness.dependencies.evidence import attribute, breaks, load_evidence
from harness.dependencies.register import RegisterError
from harness.dependencies.render import Register, as_markdown
from harness.results import ScenarioResult
from harness.simulated import SimulatedStack
from tests.harness.conftest import play

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = """[[source]]
id = "one"
name = "One"
writes = "Somebody"
loses = "Something"
replaces = "Another"
status = "{status}"
source = "ADR 003"
modules = ["OID*"]
{more}
"""


def register(folder: Path, status: str = "open", more: str = "") -> Path:
    """Write a register of one entry."""
    path = folder / "register.toml"
    path.write_text(ENTRY.format(status=status, more=more), encoding="utf-8")
    return path


def event(module: str | None, kind: str = "KA/KS") -> dict[str, Any]:
    """Return the body of a NOMIS event."""
    type_, _, sub = kind.partition("/")
    body = {
        "eventType": "OFFENDER_CASE_NOTES-INSERTED",
        "caseNoteType": type_,
        "caseNoteSubType": sub,
    }
    return body if module is None else {**body, "auditModuleName": module}


def test_the_shipped_register_names_every_source_of_nomis_writes() -> None:
    """Screens by module, trigger, automatic notes, merges, legacy path, batch jobs."""
    assert {one.id for one in load_register()} == {
        "alert-trigger",
        "automatic-notes",
        "merge-copies",
        "legacy-prison-api",
        "screen-case-notes",
        "screen-other",
        "batch-jobs",
    }


@pytest.mark.parametrize(
    ("module", "kind", "owner"),
    [
        ("OIDNOMIS", "KA/KS", "screen-case-notes"),
        ("OIDXYZAB", "KA/KS", "screen-other"),
        ("OIDNOMIS", "ALERT/ACTIVE", "alert-trigger"),
        (None, "ALERT/INACTIVE", "alert-trigger"),
        ("OCDALERT", "GEN/OSE", "alert-trigger"),
        (None, "PRISON/RELEASE", "automatic-notes"),
        ("MERGE", "KA/KS", "merge-copies"),
        ("ELITE2_API", "KA/KS", "legacy-prison-api"),
    ],
)
def test_each_write_counts_for_one_source(
    module: str | None, kind: str, owner: str
) -> None:
    """An event is claimed by note type or audit module, the first entry wins."""
    counts = count([event(module, kind)], load_register())
    assert {name for name, found in counts.by_source.items() if found} == {owner}
    assert counts.of(owner) == 1


def test_the_syncs_own_writes_count_for_nobody() -> None:
    """Echoes of DPS writes are no source; a strange module is named, not lost."""
    modules = ["DPS_SYNCHRONISATION", "DPS_SYNCHRONISATION_X", "NIGHTJOB", None]
    counts = count(map(event, modules), load_register())
    assert (counts.events, counts.echoes) == (4, 2)
    assert counts.unclaimed == {"NIGHTJOB": 1, NO_MODULE: 1}


def test_a_runs_journal_is_counted(tmp_path: Path) -> None:
    """The journal of a run gives the counts: what officers wrote, not the echoes."""
    stack = SimulatedStack(seed=5)
    try:
        scene = play(stack)
        scene.write_in_nomis("From NOMIS.")
        scene.write_in_dps("From DPS.")
        scene.settle()
        lines = [json.dumps(entry) for entry in stack.world.journal()]
    finally:
        stack.close()
    path = tmp_path / "journal.ndjson"
    path.write_text("\n".join(lines), encoding="utf-8")
    counts = count(read_events(path), load_register())
    assert counts.of("screen-case-notes") == 1
    assert (counts.events, counts.echoes) == (2, 1)


def test_a_broken_journal_is_refused_with_its_line(tmp_path: Path) -> None:
    """A cut line would silently lower the counts."""
    path = tmp_path / "journal.ndjson"
    path.write_text('{"eventType": "X"}\n{"cut', encoding="utf-8")
    with pytest.raises(JournalError, match=r"journal.ndjson:2 is no JSON"):
        list(read_events(path))


def result(verdict: str, rule: str = "", message: str = "x", **evidence: str) -> Any:
    """Return a scenario's result with one violation."""
    violations = [{"rule": rule, "evidence": evidence}] if rule else []
    return ScenarioResult(
        "id", "f", "c", "n", [], verdict, message=message, violations=violations
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (result("pass"), False),
        (result("skip"), False),
        (result("unknown", "lost"), False),
        (result("fail", "lost", "LOST ..."), True),
        (result("fail", "conserved", "CONSERVED (owner: from-nomis)"), False),
        (result("fail", "conserved", "DPS holds 0 alert notes, not 2"), True),
    ],
)
def test_only_what_users_lose_is_evidence(
    found: ScenarioResult, expected: bool
) -> None:
    """Messages waiting for the absent half do not make a scenario evidence."""
    assert breaks(found) is expected


def test_a_lost_alert_note_speaks_for_the_trigger() -> None:
    """The kind of the lost note says whose write it was."""
    found = attribute(load_register(), [result("fail", "lost", "LOST", kind="alert")])
    assert found == {"alert-trigger": ["id"]}


def test_the_recorded_evidence_is_what_the_scenarios_show() -> None:
    """Derived anew for two features, the broken scenarios are those on record."""
    features = ["features/nomis-to-dps.feature", "features/dps-to-nomis.feature"]
    command = ["dependencies", "--derive", "--format", "json"]
    command += [f"--features={one}" for one in features]
    ran = subprocess.run(
        [sys.executable, "-c", "from harness.cli import main; main()", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    derived = {s["id"]: s["scenarios"] for s in json.loads(ran.stdout)["sources"]}
    recorded = {
        owner: [one for one in names if one.startswith(tuple(features))]
        for owner, names in load_evidence().items()
    }
    assert {k: v for k, v in derived.items() if v} == {
        k: v for k, v in recorded.items() if v
    }
    assert len(derived["screen-case-notes"]) >= 3
    unharmed = f"{features[1]}::A note written in DPS appears in NOMIS once"
    assert not any(unharmed in names for names in derived.values())


def run(path: Path, *arguments: str) -> Any:
    """Run the command on a register."""
    command = ["dependencies", "--register", str(path), *arguments]
    return CliRunner().invoke(cli, command)


def journal(folder: Path, *modules: str) -> Path:
    """Write a journal of event bodies."""
    path = folder / "events.ndjson"
    path.write_text("\n".join(json.dumps(event(m)) for m in modules), encoding="utf-8")
    return path


def test_the_register_ends_with_what_must_be_zero(tmp_path: Path) -> None:
    """Open sources are listed with their counts, resolved and silent ones are not."""
    found = run(register(tmp_path), "--journal", str(journal(tmp_path, "OIDNOMIS")))
    assert found.exit_code == 0
    ending = found.output.partition("Must be zero before one-way:")[2]
    assert "writes by: One (1 counted; open)" in ending
    echoes = str(journal(tmp_path, "DPS_SYNCHRONISATION"))
    silent = run(register(tmp_path, "resolved"), "--journal", echoes)
    assert silent.exit_code == 0
    assert "writes by" not in silent.output


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_journal_without_case_notes_proves_no_zero(tmp_path: Path, form: str) -> None:
    """An empty file, or one of something else, is no evidence that nobody writes."""
    path = tmp_path / "other.ndjson"
    for text in ("", '{"a": 1}\n', '{"eventType": "OFFENDER-UPDATED"}\n'):
        path.write_text(text, encoding="utf-8")
        more = ["--journal", str(path), "--format", form]
        found = run(register(tmp_path, "resolved"), *more)
        assert found.exit_code == 3
        assert "hold no case-note event of NOMIS" in found.output


def test_events_are_read_as_a_queue_delivers_them(tmp_path: Path) -> None:
    """The topic wraps each event; what it wraps counts, and must be JSON."""
    path = tmp_path / "queue.ndjson"
    wrapped = {"Type": "Notification", "Message": json.dumps(event("OIDNOMIS"))}
    path.write_text(json.dumps(wrapped), encoding="utf-8")
    assert [one["auditModuleName"] for one in read_events(path)] == ["OIDNOMIS"]
    path.write_text('{"Type": "Notification", "Message": "{"}', encoding="utf-8")
    with pytest.raises(JournalError, match=r"queue\.ndjson:1: the Message is no JSON"):
        list(read_events(path))


def test_a_resolved_source_that_still_writes_fails(tmp_path: Path) -> None:
    """The counts contradict the status: exit 1."""
    path = journal(tmp_path, "OIDNOMIS")
    found = run(register(tmp_path, "resolved"), "--journal", str(path))
    assert found.exit_code == 1
    assert "One is called resolved, but wrote 1 times" in found.output


def test_a_module_that_nobody_claims_is_unknown(tmp_path: Path) -> None:
    """A writer that the register does not know is named, and exits 3."""
    found = run(register(tmp_path), "--journal", str(journal(tmp_path, "NIGHTJOB")))
    assert found.exit_code == 3
    assert "an unlisted module: NIGHTJOB (1 counted)" in found.output


def test_without_counts_nothing_is_called_zero(tmp_path: Path) -> None:
    """No journal, no number."""
    found = run(register(tmp_path))
    assert "One (not counted; open)" in found.output


def test_the_markdown_lists_the_scenarios() -> None:
    """The document names each scenario that breaks under its source."""
    text = as_markdown(Register(load_register(), {"alert-trigger": ["a::b"]}))
    part = text.partition("## Alert trigger in NOMIS")[2].partition("\n## ")[0]
    assert "  - a::b" in part
    assert text.index("## Must be zero before one-way") > text.index("a::b")


@pytest.mark.parametrize(
    ("status", "more", "words"),
    [
        ("done", "", "status is one of open, planned, resolved"),
        ("open", 'colour = "red"', "unknown members colour"),
        ("open", "steps = ['(']", "missing \\)"),
    ],
)
def test_a_wrong_entry_is_named(
    tmp_path: Path, status: str, more: str, words: str
) -> None:
    """A register that cannot be right is refused with its entry and reason."""
    with pytest.raises(RegisterError, match=words):
        load_register(register(tmp_path, status, more))
