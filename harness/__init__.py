"""Worlds, stacks, settling, the oracle, verdicts: what judges a sync."""
