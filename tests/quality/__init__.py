"""The harness is proven, not believed: planted defects, mutants, random histories."""
