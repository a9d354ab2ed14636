"""Tests that hold every codec to the vectors of the contracts."""
