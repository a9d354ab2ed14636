"""The real builds in miniature: an independent sync, written from their contract only.

It shares no code with the reference sync or the harness. What it knows of a world is
what `tandem env` prints.
"""
