"""A sync without its guards fails, in both tiers, and the output says all there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from harness.selection import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.run.conftest import Ended


class Planted(NamedTuple):
    """A defect, a scenario that must see it, and what must be said of it."""

    defect: str
    scenario: str
    rule: str
    owner: str


_WITHOUT = {
    "the loop guard from NOMIS to DPS": Planted(
        "LOOP-01",
        "loop-prevention.feature::The same, with the NOMIS event handled before the "
        "mapping is saved",
        "LOOP",
        "from-nomis",
    ),
    "the loop guard from DPS to NOMIS": Planted(
        "LOOP-01-to",
        "odd-texts.feature::An amendment that is taken away in NOMIS is not sent to "
        "DPS again",
        "LOOP",
        "to-nomis",
    ),
    "the lost-answer guard": Planted(
        "DUP-01",
        "failures.feature::The answer to a NOMIS create is lost",
        "DUPLICATE",
        "to-nomis",
    ),
    "the work before the acknowledgement": Planted(
        "RET-01",
        "loop-prevention.feature::A note written in DPS is not sent back to DPS",
        "ACKNOWLEDGED-BEFORE-DONE",
        "to-nomis",
    ),
    "the alert handler's switch": Planted(
        "ALT-11",
        "alerts.feature::An alert raised in NOMIS gives one note on each side, born "
        "in NOMIS",
        "DUPLICATE",
        "dps",
    ),
}
_TIERS = ["simulated", pytest.param("wire", marks=pytest.mark.sockets)]
_MOMENT = re.compile(r"^ +\d+\.\d{3} +(\d+) ", re.MULTILINE)


def _history(out: str) -> str:
    """Return what is printed between `what happened, in order:` and the replay."""
    return out[out.index("what happened, in order:") : out.index("again: ")]


@pytest.mark.parametrize("tier", _TIERS)
@pytest.mark.parametrize("missing", _WITHOUT)
def test_a_guard_that_is_missing_is_named_with_its_history(
    tandem: Callable[..., Ended], tier: str, missing: str
) -> None:
    """Exit code 1; rule, owner and note; and that note's history in order."""
    planted = _WITHOUT[missing]
    scenario = str(FEATURES / planted.scenario)
    words = ("--tier", tier, "--defect", planted.defect)
    ended = tandem("verify", scenario, *words)
    assert ended.code == 1, ended.out
    said = rf"^  {planted.rule} \(owner: {planted.owner}\) note (\S+):"
    found = re.search(said, ended.out, re.MULTILINE)
    assert found is not None, ended.out
    history = _history(ended.out)
    assert found[1] in history
    moments = [int(number) for number in _MOMENT.findall(history)]
    assert len(moments) > 5
    assert moments == sorted(moments)


@pytest.mark.parametrize("tier", _TIERS)
def test_a_source_filter_that_is_missing_is_named_with_rule_owner_and_note(
    tandem: Callable[..., Ended], tier: str
) -> None:
    """A deletion of what is gone changes nothing: the scenario's own line sees it."""
    name = "A deletion made in NOMIS whose mapping outlives it is not pushed back"
    scenario = str(FEATURES / f"rare-loops.feature::{name}")
    ended = tandem("verify", scenario, "--tier", tier, "--defect", "LOOP-10")
    assert ended.code == 1, ended.out
    said = (
        r"LOOP \(owner: to-nomis\) note \d{9}: "
        r"the sync deleted in NOMIS 1 time instead of 0; "
        r"to-nomis called about .*\b(\d{9})\b.*\n"
        r"  at line \d+: Then the sync never deleted in NOMIS"
    )
    found = re.search(said, ended.out)
    assert found is not None, ended.out
    assert "deletes it in NOMIS" in _history(ended.out)
    assert found[1] in _history(ended.out)


@pytest.mark.sockets
def test_no_scenario_passes_over_sockets_without_a_sync(
    tandem: Callable[..., Ended],
) -> None:
    """A sample of what the simulated tier shows of all scenarios."""
    words = ("--sync", "none", "--tags", "smoke", "--allow-skips")
    ended = tandem("verify", "--tier", "wire", *words)
    assert ended.code == 1, ended.out
    lines = Path("test-results/scenarios.ndjson").read_text(encoding="utf-8")
    verdicts = [json.loads(line)["verdict"] for line in lines.splitlines()]
    assert len(verdicts) >= 9
    assert "pass" not in verdicts
