"""Tools about contracts: fuzzing the fakes, drift, and other people's stubs."""
