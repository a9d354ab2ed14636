"""Searching for a history that a sync gets wrong, and the shortest that shows it."""

from harness.explore.kinds import KINDS
from harness.explore.search import Finding, Search, explore, explore_with

__all__ = ["KINDS", "Finding", "Search", "explore", "explore_with"]
