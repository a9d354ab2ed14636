"""Delivery: doctor, shards, and what CI reads."""
