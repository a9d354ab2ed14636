"""Load runs: will the sync hold for the full estate? Measured, judged and reported."""
