"""The one shell all fakes share: routing, tokens, checks, faults, journal."""
