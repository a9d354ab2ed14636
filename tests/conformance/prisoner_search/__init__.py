"""The prisoner_search suite."""
