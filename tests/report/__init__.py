"""Tests of the report that people open."""
