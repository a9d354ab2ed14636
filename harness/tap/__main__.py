"""`python -m harness.tap`: install WireMock's jar into the cache and print its path."""

from __future__ import annotations

import sys

from harness.tap.wiremock import TapError, install

if __name__ == "__main__":
    try:
        sys.stdout.write(f"{install()}\n")
    except TapError as error:
        sys.exit(str(error))
