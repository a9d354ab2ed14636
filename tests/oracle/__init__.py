"""Tests of the oracle: for each rule where it fires, where not, where unknown."""
