"""Tests of the conformance runner itself."""
