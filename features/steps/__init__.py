"""The step library: the words scenarios are written in."""
