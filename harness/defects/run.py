"""Start a half of the reference with planted defects.

python -m harness.defects.run LOOP-01 [ID ...] -- to-nomis
"""

from __future__ import annotations

import runpy
import sys

from harness.defects import planted


def main(arguments: list[str]) -> None:
    """Plant the defects before the dashes and run the half after them."""
    cut = arguments.index("--")
    with planted(arguments[:cut], where="half"):
        sys.argv = ["simulators.sync", *arguments[cut + 1 :]]
        runpy.run_module("simulators.sync", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
