"""What fuzzing draws from is quick to draw, and says the same as the contract."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import contracts
from harness.contracts_tools.check import SERVICES
from harness.contracts_tools.generation import (
    FORMATS,
    STRATEGIES,
    NewPattern,
    quick_to_draw,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def _patterns(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _patterns(one)
    elif isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for key, one in node.items():
            if key != "x-message":
                yield from _patterns(one)


def _sent(document: dict[str, Any]) -> list[Any]:
    schemas = document.get("components", {}).get("schemas", {})
    return [one for name, one in schemas.items() if name.startswith("Sent.")]


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_is_drawn_from_a_regular_expression(service: str) -> None:
    """Neither a parameter nor a body, nor what they refer to."""
    document = quick_to_draw(contracts.load(service).document)
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                assert not list(_patterns(operation.get("parameters", [])))
                assert not list(_patterns(operation.get("requestBody", {})))
    assert not list(_patterns(_sent(document)))


@pytest.mark.parametrize("service", ["nomis", "dps", "alerts"])
def test_bodies_are_closed_and_answers_left_alone(service: str) -> None:
    """Only copies are closed; what answers are held to stays as published."""
    document = contracts.load(service).document
    before = copy.deepcopy(document)
    drawn = quick_to_draw(document)
    assert document == before
    schemas = before["components"]["schemas"]
    assert {name: drawn["components"]["schemas"][name] for name in schemas} == schemas
    objects = [one for one in _sent(drawn) if "properties" in one]
    assert objects
    assert all(one["additionalProperties"] is False for one in objects)


@pytest.mark.parametrize(("pattern", "name"), FORMATS.items())
def test_a_format_draws_what_its_pattern_accepts(pattern: str, name: str) -> None:
    """Each drawn text, and none beyond the shortest limit of twelve."""
    drawn: list[str] = []
    texts = STRATEGIES[name]

    # How long a draw takes on a busy machine says nothing here.
    @settings(
        max_examples=50,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        drawn.append(data.draw(texts))

    draw()
    assert len(set(drawn)) > 5
    assert [text for text in drawn if not re.search(pattern, text, re.ASCII)] == []
    if name in ("visible-text", "upper-code"):
        assert max(map(len, drawn)) <= 12


def test_a_new_pattern_says_where_its_format_belongs() -> None:
    """Nothing is left to slow drawing in silence."""
    document = {
        "paths": {
            "/x": {
                "get": {
                    "parameters": [
                        {
                            "name": "q",
                            "schema": {"type": "string", "pattern": "^[a-f]$"},
                        }
                    ]
                }
            }
        }
    }
    with pytest.raises(NewPattern, match=r"\^\[a-f\]\$.*FORMATS"):
        quick_to_draw(document)
