"""Corpus entries without a planted defect, each with its reason."""

from __future__ import annotations

LEFT_OUT: dict[str, str] = {}
