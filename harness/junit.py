"""JUnit XML of a run: a failure is `failure`, an unknown is `error`, never skipped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from harness.results import FAIL, SKIP, UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from harness.results import RunResult, ScenarioResult

# Characters XML 1.0 cannot carry, not even escaped: case notes may hold any of them.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(result: RunResult, path: Path) -> None:
    """Write `path`, one testsuite for each feature file."""
    root = ET.Element("testsuites", name="tandem")
    suites: dict[str, list[ScenarioResult]] = {}
    for scenario in result.scenarios:
        suites.setdefault(scenario.feature, []).append(scenario)
    for feature, scenarios in suites.items():
        root.append(_suite(feature, scenarios))
    for problem in [*result.usage_errors, *result.broken]:
        suite = ET.SubElement(root, "testsuite", name="run", tests="1", errors="1")
        case = ET.SubElement(suite, "testcase", name="run", classname="tandem")
        ET.SubElement(case, "error", message=_clean(problem)[:200]).text = _clean(
            problem
        )
    if result.outdated:
        suite = ET.SubElement(
            root, "testsuite", name="known", tests="1", failures="1", errors="0"
        )
        case = ET.SubElement(suite, "testcase", name="known", classname="tandem")
        text = _clean("\n".join(result.outdated))
        ET.SubElement(case, "failure", message=text[:200]).text = text
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _suite(feature: str, scenarios: list[ScenarioResult]) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        name=feature,
        tests=str(len(scenarios)),
        failures=str(sum(s.shown == FAIL for s in scenarios)),
        errors=str(sum(s.verdict == UNKNOWN for s in scenarios)),
        skipped=str(sum(s.verdict == SKIP for s in scenarios)),
        time=f"{sum(s.seconds for s in scenarios):.3f}",
    )
    for scenario in scenarios:
        suite.append(_case(scenario))
    return suite


def _case(scenario: ScenarioResult) -> ET.Element:
    case = ET.Element(
        "testcase",
        name=_clean(scenario.name),
        classname=_clean(scenario.capability),
        file=scenario.feature,
        line=str(scenario.line),
        time=f"{scenario.seconds:.3f}",
    )
    properties = ET.SubElement(case, "properties")
    ET.SubElement(properties, "property", name="seed", value=str(scenario.seed))
    if scenario.known:
        ET.SubElement(
            properties, "property", name="known", value=_clean(scenario.known)
        )
    for violation in scenario.violations:
        note = violation.get("note") or violation.get("prisoner") or ""
        value = f"{violation['rule']} owner={violation['owner']} note={note}"
        ET.SubElement(properties, "property", name="violation", value=_clean(value))
    kind = {FAIL: "failure", UNKNOWN: "error", SKIP: "skipped"}.get(scenario.shown)
    if kind:
        first, _, _ = scenario.message.partition("\n")
        element = ET.SubElement(case, kind, message=_clean(first)[:300])
        element.text = _clean(_whole(scenario))
    return case


def _whole(scenario: ScenarioResult) -> str:
    """Say all that is known: rules and owners, history, seed, how to play it again."""
    if scenario.verdict == SKIP:
        return scenario.message
    parts = [scenario.message, scenario.timeline]
    parts.append(f"seed {scenario.seed}\nagain: {scenario.replay}")
    return "\n\n".join(part for part in parts if part)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
