"""The auth suite."""
