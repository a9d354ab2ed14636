"""The scenarios of the sync, by capability, and their step library."""
