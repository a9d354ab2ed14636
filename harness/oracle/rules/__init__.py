"""The rules: each a function from a case to what it found and how much it checked."""
