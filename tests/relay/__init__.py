"""Tests of the events relay."""
