"""The part of a journal that has left memory: capped segments of NDJSON on disk.

Each line is an entry as `harness.journals` writes it, with `of`, the prisoner whose it
is (empty: nobody's). A prisoner's entries may lie in several segments, and those of two
prisoners stand twice. Of each segment its length and checksum are remembered: one that
is gone, cut or altered is told, for nothing that rests on it may be believed.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from harness.journals import encoded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

CAP = 64 * 2**20
"""Bytes from which on the next entries go into a new segment."""
_BLOCK = 2**20


@dataclass
class Segment:
    """One file: its number, how long it must be, and its checksum."""

    path: Path
    size: int = 0
    checksum: int = 0


class Spool:
    """Segments `segment-0001.ndjson`, ... in a folder of their own."""

    def __init__(self, folder: Path | None, cap: int = CAP) -> None:
        """Write into `folder` (None: one for a while), made when first needed.

        Segments that an earlier run left there are removed.
        """
        self.folder = folder
        self.entries = 0
        self.segments: list[Segment] = []
        self._cap = cap
        self._file: BinaryIO | None = None
        self._failed: list[str] = []
        self._lent: TemporaryDirectory[str] | None = None
        for old in folder.glob("segment-*.ndjson") if folder is not None else ():
            old.unlink()

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return sum(segment.size for segment in self.segments)

    def write(self, of: str, entries: Iterable[dict[str, Any]]) -> None:
        """Append the entries of one prisoner; a full disk is told by `problems`."""
        told = list(entries)
        lines = encoded(of, told)
        self.entries += len(told)
        try:
            self._room().write(lines)
        except OSError as error:
            self._failed.append(f"{len(told)} entries of {of} were not kept: {error}")
            return
        segment = self.segments[-1]
        segment.size += len(lines)
        segment.checksum = zlib.crc32(lines, segment.checksum)

    def _room(self) -> BinaryIO:
        """Return the file to write to; a new one when the last one is full."""
        if self._file is None or self.segments[-1].size >= self._cap:
            self.close()
            number = len(self.segments) + 1
            path = self._place() / f"segment-{number:04d}.ndjson"
            self._file = path.open("wb")
            self.segments.append(Segment(path))
        return self._file

    def _place(self) -> Path:
        if self.folder is None:
            self._lent = TemporaryDirectory(prefix="tandem-journal-")
            self.folder = Path(self._lent.name)
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder

    def end(self) -> None:
        """Take away a folder that was only for a while."""
        self.close()
        if self._lent is not None:
            self._lent.cleanup()
            self._lent = None

    def close(self) -> None:
        """Write out what is buffered; a later `write` opens a new segment."""
        if self._file is not None:
            with suppress(OSError):  # told by the segment's length
                self._file.close()
            self._file = None

    def problems(self) -> list[str]:
        """Say which segments are not as they were written; reads them all."""
        self.close()
        found = list(self._failed)
        for number, segment in enumerate(self.segments, 1):
            name = f"segment {number} of {len(self.segments)} of the journal"
            try:
                size, checksum = _sum(segment.path)
            except OSError as error:
                found.append(f"{name} is dropped: {error}")
                continue
            if size != segment.size:
                found.append(f"{name} has {size} bytes of {segment.size}")
            elif checksum != segment.checksum:
                found.append(f"{name} is not what was written: {segment.path}")
        return found

    def read(self, prisoners: Collection[str]) -> list[dict[str, Any]]:
        """Return the entries of these prisoners, in order, each once."""
        self.close()
        starts = tuple(b'{"of":' + msgspec.json.encode(one) for one in prisoners)
        found: dict[int, dict[str, Any]] = {}
        for line in self._lines():
            if line.startswith(starts):
                entry = msgspec.json.decode(line)
                del entry["of"]
                found[entry["seq"]] = entry
        return [found[seq] for seq in sorted(found)]

    def _lines(self) -> Iterator[bytes]:
        for segment in self.segments:
            # A segment that is gone is a problem, and told as one.
            with suppress(FileNotFoundError), segment.path.open("rb") as lines:
                yield from lines


def _sum(path: Path) -> tuple[int, int]:
    size = checksum = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            size += len(block)
            checksum = zlib.crc32(block, checksum)
    return size, checksum
