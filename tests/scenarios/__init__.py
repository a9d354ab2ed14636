"""Tests of the scenario library itself."""
