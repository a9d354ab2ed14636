"""`tandem doctor`: what a run needs, checked, and what to do for each fault."""

from harness.doctor.checks import Check, render
from harness.doctor.examine import Patient, examine

__all__ = ["Check", "Patient", "examine", "render"]
