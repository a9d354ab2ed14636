"""Tests of the DPS case notes fake."""
