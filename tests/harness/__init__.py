"""Tests of the harness: world, tiers, settling, targets, planted defects."""
