"""Mechanical mutants that no scenario can notice, each with the reason."""

from __future__ import annotations

EXPLAINED: dict[str, str] = {}
