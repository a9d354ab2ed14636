"""Tests of the roll-out tools: comparison, one-way register, known deviations, tap."""
