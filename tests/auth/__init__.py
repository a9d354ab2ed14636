"""Tests of the fake hmpps-auth."""
