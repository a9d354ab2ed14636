"""Tests of everything; `tests/quality` proves detection power."""
