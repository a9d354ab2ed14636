"""Tests that run against our fakes, and by one switch against the real thing."""
