"""Tests of the reference sync, over small in-memory services and queues."""
