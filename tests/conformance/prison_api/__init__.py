"""The prison_api suite."""
