"""Tests of the contracts and their checks."""
