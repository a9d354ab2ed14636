"""Searching for a history that a sync gets wrong, and the shortest that shows it."""

from harness.explore.search import Finding, explore

__all__ = ["Finding", "explore"]
