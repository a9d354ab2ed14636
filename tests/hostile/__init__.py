"""Bad input and bad clients: what any program may throw at the fakes."""
