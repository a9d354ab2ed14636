"""Tests of what testers and CI developers see of a run."""
