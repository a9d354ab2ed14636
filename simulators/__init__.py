"""The fakes, the bus, the journal and the reference sync."""
