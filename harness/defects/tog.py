"""Planted defects (fault corpus)."""
