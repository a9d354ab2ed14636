"""Listen while a load runs elsewhere, until each change was seen on the other side."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import threading
import time
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.compare.services import Access, Reader, ServiceError
from harness.lag.inbox import Inbox, InboxError, Topics
from harness.lag.matching import Change, Lags, Pairs, Told, match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_Came = list[Told] | InboxError
_ASK_AGAIN = 5.0
_LOOK = 0.5
_AT_ONCE = 50
_NEEDED = ("mapping", "offender_events", "domain_events")
_KNOWN = (*_NEEDED, "token_file", "region", "endpoint", "queue")


class SettingsError(ValueError):
    """The file says too little, or what means nothing; says where."""


@dataclass(frozen=True)
class Settings:
    """The table `[lag]` of the services' file, and whose token is used."""

    mapping: str
    topics: Topics
    token_file: Path

    def access(self) -> Access:
        """Return where and as whom to read, with the token as it lies there now."""
        token = self.token_file.read_text(encoding="utf-8").strip()
        return Access({"mapping": self.mapping}, token=token, backoff=0.5)


def read_settings(path: Path) -> Settings:
    """Read the file that `locust --services` takes; SettingsError says what is wrong.

    Its table `[lag]` holds `mapping` (an address), `offender_events` and
    `domain_events` (ARNs of the topics), and may hold `region`, `endpoint`, `queue`
    (the URL of a queue that is subscribed to both already) and a `token_file` of its
    own: who writes case notes seldom may read mappings.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    table = _table(path, given)
    token = path.parent / table.get("token_file", str(given.get("token_file", "")))
    if not token.is_file():
        raise SettingsError(f"{path}: token_file names no file; a token must be in one")
    other = ("mapping", "token_file")
    named = {name: value for name, value in table.items() if name not in other}
    return Settings(table["mapping"].rstrip("/"), Topics(**named), token)


def _table(path: Path, given: dict[str, Any]) -> dict[str, str]:
    """Return the table `[lag]`, each of its values checked."""
    table = given.get("lag")
    if not isinstance(table, dict):
        raise SettingsError(
            f"{path}: it has no [lag]; write {', '.join(_NEEDED)} there"
        )
    for name, value in table.items():
        if name not in _KNOWN:
            raise SettingsError(f"{path}: lag.{name} is none of {', '.join(_KNOWN)}")
        if not isinstance(value, str) or not value:
            raise SettingsError(f"{path}: lag.{name} = {value!r}: a text is needed")
    for name in _NEEDED:
        if name not in table:
            raise SettingsError(f"{path}: [lag] has no {name}")
    for name in ("offender_events", "domain_events"):
        if not table[name].startswith("arn:"):
            raise SettingsError(f"{path}: lag.{name} = {table[name]!r} is no ARN")
    if not table["mapping"].startswith(("http://", "https://")):
        raise SettingsError(f"{path}: lag.mapping = {table['mapping']!r} is no address")
    return table


class Tail:
    """The generator's file of changes, read on as it grows."""

    def __init__(self, path: Path) -> None:
        """Remember where; it need not be there yet."""
        self._path, self._offset, self.ended = path, 0, False

    def more(self) -> list[Change]:
        """Return the changes that were added; notes whether nobody comes any more."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._offset)
            lines = file.read().split(b"\n")
        # What stands behind the last line break is still being written.
        self._offset += sum(len(line) + 1 for line in lines[:-1])
        found = [json.loads(line) for line in lines[:-1] if line]
        self.ended = self.ended or any("end" in one for one in found)
        return [Change(**one) for one in found if "end" not in one]


@dataclass
class Heard:
    """What came of it: `unmapped` changes are among the lags' missing."""

    lags: Lags
    changes: int
    ended: bool
    unmapped: list[Change] = field(default_factory=list)
    trouble: str = ""

    @property
    def verdict(self) -> str:
        """Pass: all seen; fail: some never; unknown: nothing to see, or cut off."""
        if not self.changes or not self.ended or self.trouble:
            return "unknown"
        return "fail" if self.lags.missing else "pass"


def listen(
    settings: Settings,
    changes: Path,
    *,
    patience: float,
    longest: float,
    ready: Callable[[], None],
) -> Heard:
    """Listen until all was seen, or `patience` seconds passed with nothing new.

    That counts from the generator's end; `longest` seconds bound the whole. `ready` is
    called once the queue is subscribed: only then may changes begin.
    """
    tail, known, told = Tail(changes), _Known(settings), list[Told]()
    began = last = time.monotonic()
    made: list[Change] = []
    with Inbox(settings.topics) as inbox, _receiving(inbox) as heard:
        ready()
        while True:
            came, fresh = _waiting(heard), tail.more()
            told += came
            made += fresh
            now = time.monotonic()
            if came or fresh or not tail.ended:
                last = now
            asyncio.run(known.ask(made, now))
            over = now - began > longest
            if tail.ended or over:
                found = match(made, told, known.pairs)
                if over or not found.missing or now - last > patience:
                    break
    lost = [one for one in found.missing if not known.pairs.known(one.side, one.note)]
    return Heard(found, len(made), tail.ended, lost, known.trouble)


@contextlib.contextmanager
def _receiving(inbox: Inbox) -> Iterator[queue.Queue[_Came]]:
    """Receive in a thread of its own, so that nothing else delays an event's moment."""
    heard: queue.Queue[_Came] = queue.Queue()
    stop = threading.Event()

    def receive() -> None:
        try:
            while not stop.is_set():
                heard.put(inbox.take())
        except InboxError as error:
            heard.put(error)

    thread = threading.Thread(target=receive, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        stop.set()
        thread.join()


def _waiting(heard: queue.Queue[_Came]) -> list[Told]:
    """Return what came, after a moment at most; raises what the thread died of."""
    found: list[Told] = []
    with contextlib.suppress(queue.Empty):
        came = heard.get(timeout=_LOOK)
        while True:
            if isinstance(came, InboxError):
                raise came
            found += came
            came = heard.get_nowait()
    return found


class _Known:
    """The mappings, asked for as notes appear: a deletion takes its mapping away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asked: dict[str, float] = {}
        self.pairs = Pairs()
        self.trouble = ""

    async def ask(self, made: list[Change], now: float) -> None:
        """Ask about the prisoners of notes without a known copy, a share at a time."""
        waiting = {
            one.prisoner: None
            for one in made
            if not self.pairs.known(one.side, one.note)
            and now - self._asked.get(one.prisoner, -_ASK_AGAIN) >= _ASK_AGAIN
        }
        if not waiting:
            return
        async with Reader(self._settings.access()) as reader:
            for prisoner in list(waiting)[:_AT_ONCE]:
                self._asked[prisoner] = now
                try:
                    self.pairs.take(_rows(await reader.mappings(prisoner)))
                except ServiceError as error:
                    self.trouble = str(error)
                    return
        self.trouble = ""


def _rows(answer: Any) -> list[dict[str, Any]]:
    rows = answer.get("mappings", []) if isinstance(answer, dict) else []
    return [row for row in rows if isinstance(row, dict)]
