"""The reference sync: two programs that keep NOMIS and DPS case notes alike.

`to-nomis` carries what happens in DPS to NOMIS, `from-nomis` what happens in NOMIS to
DPS. Both read the two sides anew for each message and write only what differs.
"""
