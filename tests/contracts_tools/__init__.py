"""Tests of the tools about contracts."""
