"""The page holds all of a run in one file, and nothing to fetch or to run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from harness.cli import cli
from harness.report import details
from harness.report.details import Details
from harness.report.folder import write
from harness.report.overview import anchor
from harness.report.page import headline
from harness.report.record import RunRecord, read_record
from harness.results import FAIL, PASS, UNKNOWN, ScenarioResult
from tests.report import runs

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from click.testing import Result

    from tests.report.conftest import Played


class Parsed(HTMLParser):
    """What a browser would find: elements with attributes, and blocks of data."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        known = dict(attrs)
        self.elements.append((tag, known))
        self._inside = (known.get("id") or tag) if tag in ("script", "style") else ""

    def handle_data(self, data: str) -> None:
        """Keep what stands in scripts and styles."""
        if self._inside:
            self.texts[self._inside] = self.texts.get(self._inside, "") + data

    def handle_endtag(self, tag: str) -> None:
        """Leave a script or style."""
        self._inside = ""

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of each element of that kind."""
        return [known for name, known in self.elements if name == tag]


def data_of(page: Parsed, result: ScenarioResult) -> dict[str, Any]:
    """Return the details of a scenario that the page holds."""
    data: dict[str, Any] = json.loads(page.texts[f"data-{anchor(result.id)}"])
    return data


def test_every_scenario_has_a_row_and_its_details(played: Played) -> None:
    """Nothing of the run is left out: failed, unknown, passed and skipped."""
    page = Parsed(played.page)
    rows = {str(row["id"]): row for row in page.all("details")}
    assert rows.keys() == {anchor(one.id) for one in played.scenarios}
    for one in played.scenarios:
        assert one.verdict in str(rows[anchor(one.id)]["class"]).split()
        data = data_of(page, one)
        assert [step["text"] for step in data["steps"]] == [
            step["text"] for step in one.steps
        ]
    verdicts = sorted(one.verdict for one in played.scenarios)
    assert verdicts == ["fail", "fail", "pass", "skip", "unknown"]


def test_the_page_asks_nobody_for_anything(played: Played) -> None:
    """It works without network: nothing in it is an address to load from."""
    page = Parsed(played.page)
    for tag, known in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert not {"src", "srcset", "action", "style"} & known.keys(), (tag, known)
        assert not any(name.startswith("on") for name in known), (tag, known)
        assert str(known.get("href", "#")).startswith("#")
    assert "url(" not in page.texts["style"]
    assert "@import" not in page.texts["style"]


def test_only_our_own_script_and_style_may_run(played: Played) -> None:
    """The policy names them by digest: what a case note says cannot run."""
    page = Parsed(played.page)
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert "default-src 'none'" in str(policy)
    assert "unsafe" not in str(policy)
    for kind in ("script", "style"):
        digest = hashlib.sha256(page.texts[kind].encode()).digest()
        named = f"{kind}-src 'sha256-{base64.b64encode(digest).decode()}'"
        assert named in str(policy)


def test_a_hostile_text_stays_text(played: Played) -> None:
    """A case note may hold markup; the page must keep it as what it is."""
    (one,) = [r for r in played.scenarios if r.name == "A line does not hold"]
    data = data_of(Parsed(played.page), one)
    assert data["notes"][0]["expected"]["text"] == [runs.HOSTILE]
    assert "<img" not in played.page


def test_each_line_of_a_timeline_can_show_its_journal_entry(played: Played) -> None:
    """A reader opens a call and sees request and answer, both from the journal."""
    (one,) = [r for r in played.scenarios if r.violations]
    data = data_of(Parsed(played.page), one)
    lines = data["timelines"][0]["lines"]
    (put,) = [line for line in lines if line["text"].startswith("puts it to DPS")]
    entry = data["entries"][str(put["seq"])]
    assert (entry["method"], entry["service"]) == ("PUT", "dps")
    assert "legacyId" in entry["body"]
    assert entry["answer"]["status"] == 201
    assert put["cycle"]
    told = {line["seq"] for line in lines if line["kind"] not in ("step", "time")}
    assert told <= set(map(int, data["entries"]))


def test_long_bodies_are_cut_and_many_are_left_out(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page stays small; what is cut says so and where the rest is."""
    (one,) = [r for r in played.scenarios if r.violations]
    seq = one.explained["timelines"][0]["lines"][-2]["seq"]
    entry = {"seq": seq, "kind": "request", "calendar": "", "body": "x" * 5000}
    other = {**entry, "kind": "response", "request": seq, "seq": seq + 1}
    small = Details([one], [(one.id, [entry, other])], most=1)
    found = small.of(one)["entries"][seq]
    assert found["body"].endswith("… (3500 more characters)")
    assert "journal.ndjson" in found["answer"]["body"]
    monkeypatch.setattr(details, "_LONGEST", 5000)
    whole = Details([one], [(one.id, [entry])])
    assert whole.of(one)["entries"][seq]["body"] == "x" * 5000


def test_the_journal_of_what_passed_is_kept_only_when_asked(
    played: Played, tmp_path: Path
) -> None:
    """Journals are large; those of failures are always there."""
    of = _scenarios_of(played.folder / "journal.ndjson")
    assert of == {r.id for r in played.scenarios if r.verdict in (FAIL, UNKNOWN)}
    result = runs.play(tmp_path, keep_journal=True)
    passed = {r.id for r in result.scenarios if r.verdict == PASS}
    assert passed < _scenarios_of(tmp_path / "report" / "journal.ndjson")


def _scenarios_of(journal: Path) -> set[str]:
    return {json.loads(line)["of"] for line in journal.read_text("utf-8").splitlines()}


def command(*words: str) -> Result:
    """Run `tandem WORDS...`."""
    from click.testing import CliRunner

    return CliRunner().invoke(cli, words)


def test_the_page_can_be_made_anew(played: Played) -> None:
    """`tandem report` reads the files of the run only, and makes the same page."""
    before = played.page
    (played.folder / "report.html").unlink()
    ended = command("report", str(played.folder))
    assert ended.exit_code == 0, ended.output
    assert ended.output.strip().endswith("report.html")
    assert played.page == before


def test_a_folder_without_a_run_is_a_usage_error(tmp_path: Path) -> None:
    """The message says which file is missing and what to give."""
    ended = command("report", str(tmp_path))
    assert ended.exit_code == 2
    assert "holds no run.json" in ended.output
    (tmp_path / "run.json").write_text("{")
    (tmp_path / "scenarios.ndjson").write_text("")
    ended = command("report", str(tmp_path))
    assert ended.exit_code == 2
    assert "cannot be read" in ended.output


def test_a_run_that_could_not_be_made_has_a_page_that_says_so(
    tmp_path: Path,
) -> None:
    """An empty green page would be a lie."""
    from harness.report.record import write_record

    write_record(RunRecord("none", reasons=["f.feature: <no> scenario"]), tmp_path)
    (tmp_path / "scenarios.ndjson").write_text("")
    text = write(tmp_path).read_text(encoding="utf-8")
    assert "The run could not be made" in text
    assert "f.feature: &lt;no&gt; scenario" in text


def test_the_headline_never_sounds_better_than_the_verdict() -> None:
    """Failures, unknowns and runs that proved too little are all said first."""

    def said(verdict: str, *verdicts: str) -> str:
        made = [
            ScenarioResult(str(n), "f", "C", str(n), [], one)
            for n, one in enumerate(verdicts)
        ]
        return headline(RunRecord(verdict), made)

    assert said("fail", "pass", "fail", "unknown") == "1 of 3 scenarios failed"
    assert said("unknown", "pass", "unknown") == "1 of 2 scenarios could not be decided"
    assert "too little was proven" in said("unknown", "pass")
    assert "out of date" in said("fail", "pass")
    assert said("pass", "pass", "skip") == "All 1 scenario passed"


def test_the_summary_names_the_page_and_each_failures_place_in_it(
    played: Played,
) -> None:
    """From the job's page to the failure is one address."""
    summary = (played.folder / "summary.md").read_text(encoding="utf-8")
    assert re.search(r"Open `\S+/report\.html`", summary)
    for one in played.scenarios:
        place = f"`report.html#{anchor(one.id)}`"
        assert (place in summary) == (one.verdict in (FAIL, UNKNOWN))


def test_the_record_of_a_run_says_what_was_asked(played: Played) -> None:
    """Targets, tier, seed and planted defects are read back as they were."""
    run = read_record(played.folder)
    assert run.verdict == "fail"
    assert (run.tier, run.seed, run.defects) == ("simulated", 1, ["LOOP-01"])
    assert run.targets == {"to-nomis": "reference", "from-nomis": "reference"}
