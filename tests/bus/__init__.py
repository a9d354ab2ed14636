"""Tests of the bus: core, faults, ledger, protocol shell, events document."""
