"""The fake and its contract agree on the operations there are."""

from __future__ import annotations

import contracts
from simulators.clock import Clock
from simulators.dps import (
    DpsModel,
    build,
    limits,
    reading_operations,
    sync_operations,
    user_operations,
)
from simulators.dps.names import full_name
from tests.fake_client import operation_functions


def test_each_operation_has_a_function_and_each_function_an_operation() -> None:
    """Routing has no table of its own."""
    service = build(Clock(source=lambda: 0.0))
    functions = operation_functions(
        service, reading_operations, user_operations, sync_operations
    )
    assert functions == set(contracts.load("dps").by_id)


def test_every_limit_is_listed_once() -> None:
    """Each id that the fake knows how to fix is in `limits.ALL`."""
    named = {value for name, value in vars(limits).items() if name.isupper()}
    assert named - {limits.ALL} == limits.ALL
    assert DpsModel(Clock(source=lambda: 0.0)).limits == set()


def test_equal_seeds_give_equal_ids() -> None:
    """The fake draws ids only from the clock's seeded streams."""

    def ids(seed: int) -> list[str]:
        model = DpsModel(Clock(seed, source=lambda: 0.0))
        return [model.new_id() for _ in range(5)]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)


def test_names_are_capitalised_part_by_part() -> None:
    """Hyphens, apostrophes and blanks begin a new part."""
    assert full_name("DOUBLE-BARRELLED", "O'NEIL") == "Double-Barrelled O'Neil"
    assert full_name("élodie", "MC DONALD") == "Élodie Mc Donald"
