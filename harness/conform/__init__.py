"""Conformance: the same cases against our fakes and against the real services.

The cases stand in `tests/conformance/`, one suite a service, written from the dossier
and from published documents, not from our code. By default they run against fakes of
our own; `tandem conform --service dps --url URL --token TOKEN` runs one suite against
any base URL. Every case cites the fact it proves (`fact`); facts that the dossier
marks [I] are inferred and listed apart. Every answer that a case gets is also held to
our contract.
"""

from __future__ import annotations

from harness.conform.calling import Answer, Api
from harness.conform.cast import Cast, Prisoner, Staff
from harness.conform.facts import fact

__all__ = ["Answer", "Api", "Cast", "Prisoner", "Staff", "fact"]
