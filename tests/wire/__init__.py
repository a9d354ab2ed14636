"""Tests of the shell that all fakes share."""
