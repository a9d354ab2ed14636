"""Tests of one fake, each call over the Wire."""
