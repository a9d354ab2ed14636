"""Benchmarks beside their peers; never part of the tests, run by `make bench`."""
