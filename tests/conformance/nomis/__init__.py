"""The nomis suite."""
