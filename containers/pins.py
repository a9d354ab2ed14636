"""Print the part of our lock file that an image needs, hashes included.

    python3 pins.py hatchling > build.txt
    python3 pins.py --project pyproject.toml [--extra load] > runtime.txt

The lock file holds the tools of development too. A package belongs to a root when the
`# via` lines that pip-compile writes lead there. Reads with the standard library only:
the image is built before anything is installed.
"""  # noqa: INP001 - a script of the image's build, no package

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

_PIN = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
_VIA = re.compile(r"^ +# +(?:via +)?([A-Za-z0-9][A-Za-z0-9_.-]*)", re.MULTILINE)


def blocks(lock: str) -> dict[str, str]:
    """Return the lines of each package by its name."""
    starts = [*_PIN.finditer(lock)]
    ends = [*(found.start() for found in starts[1:]), len(lock)]
    return {
        _name(found.group(1)): lock[found.start() : end]
        for found, end in zip(starts, ends, strict=True)
    }


def chosen(lock: str, roots: list[str]) -> list[str]:
    """Return the blocks of `roots` and all they need; KeyError names one missing."""
    packages = blocks(lock)
    if missing := sorted({_name(root) for root in roots} - set(packages)):
        raise KeyError(f"not in the lock file: {', '.join(missing)}")
    found = {_name(root) for root in roots}
    while True:
        more = {
            package
            for package, text in packages.items()
            if package not in found
            and not found.isdisjoint(map(_name, _VIA.findall(text)))
        }
        if not more:
            return [text for package, text in packages.items() if package in found]
        found |= more


def wanted(project: str, extras: list[str]) -> list[str]:
    """Return the dependencies that a pyproject.toml names, with those of `extras`."""
    table = tomllib.loads(project)["project"]
    optional = table["optional-dependencies"]
    return [
        *table["dependencies"],
        *(package for extra in extras for package in optional[extra]),
    ]


def _name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roots", nargs="*")
    parser.add_argument("--lock", type=Path, default=Path("requirements.txt"))
    parser.add_argument("--project", type=Path)
    parser.add_argument("--extra", action="append", default=[], dest="extras")
    given = parser.parse_args()
    roots: list[str] = given.roots
    if given.project is not None:
        roots += wanted(given.project.read_text("utf-8"), given.extras)
    sys.stdout.write("".join(chosen(given.lock.read_text("utf-8"), roots)))


if __name__ == "__main__":
    main()
