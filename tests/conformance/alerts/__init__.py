"""The alerts suite."""
