"""Tests of the NOMIS fake."""
