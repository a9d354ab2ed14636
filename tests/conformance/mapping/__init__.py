"""The mapping suite."""
