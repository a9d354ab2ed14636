"""A token lasts as long as a run: it is renewed before it expires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from load.control import Control, Token

if TYPE_CHECKING:
    import pytest


def test_a_token_is_renewed_before_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are longer than the twenty minutes that a token lasts."""
    now, given = 0.0, iter(("first", "second", "third"))
    monkeypatch.setattr("load.control.time.monotonic", lambda: now)
    monkeypatch.setattr(Control, "token", lambda *_: (next(given), 1199.0))
    token = Token(
        Control("http://127.0.0.1:9"), "http://127.0.0.1:9/auth", "load-users"
    )
    assert token.value() == "first"
    now = 1100.0
    assert token.value() == "first"
    now = 1150.0
    assert token.value() == "second"
    now = 1300.0
    assert token.value() == "second"
