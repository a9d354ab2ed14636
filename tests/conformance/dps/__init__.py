"""The dps suite."""
