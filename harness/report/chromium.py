"""A headless Chromium, driven by its DevTools protocol: for tests and pictures.

No part of making a report; only what must be seen in a real browser uses it.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import msgspec

if TYPE_CHECKING:
    from types import TracebackType

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--hide-scrollbars", "--force-color-profile=srgb"),
    "--remote-debugging-port=0",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# A page may hold some megabytes, and so may a picture of it.
_LARGEST = 64 * 1024 * 1024
_PATIENCE = 60.0


def find() -> str | None:
    """Return the path of a Chromium, None when there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


class PageError(RuntimeError):
    """A script in the page failed, or the browser refused a command."""


class Chromium:
    """One browser with an empty profile; use it with `async with`."""

    def __init__(self, program: str) -> None:
        """Start nothing yet; `program` is what `find` returned."""
        self._program = program
        self._stack = contextlib.AsyncExitStack()
        self._session: aiohttp.ClientSession
        self._address = ""

    async def __aenter__(self) -> Self:
        """Start the browser."""
        folder = self._stack.enter_context(
            tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        )
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession())
        process = await asyncio.create_subprocess_exec(
            self._program,
            *_FLAGS,
            f"--user-data-dir={folder}",
            "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self._stack.push_async_callback(_end, process)
        self._address = await asyncio.wait_for(_listening(process), _PATIENCE)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the browser; its profile goes with it."""
        await self._stack.aclose()

    async def page(self, width: int, height: int = 800, *, dark: bool = False) -> Page:
        """Open an empty page of that size in CSS pixels."""
        url = f"http://{self._address}/json/new?about:blank"
        async with self._session.put(url) as answer:
            target = await answer.json()
        socket = await self._session.ws_connect(
            target["webSocketDebuggerUrl"], max_msg_size=_LARGEST
        )
        page = Page(socket)
        self._stack.push_async_callback(page.close)
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.send(f"{domain}.enable")
        await page.resize(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        await page.send("Emulation.setEmulatedMedia", features=[scheme, still])
        return page


class Page:
    """One page; `errors` are its console errors and uncaught exceptions.

    `requests` are all addresses it asked for, its own included.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Listen to the page's socket."""
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command; PageError when the browser refuses it."""
        self._number += 1
        number = self._number
        future = self._answers[number] = asyncio.get_running_loop().create_future()
        command = {"id": number, "method": method, "params": parameters}
        await self._socket.send_str(msgspec.json.encode(command).decode())
        answer = await asyncio.wait_for(future, _PATIENCE)
        if "error" in answer:
            raise PageError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    async def resize(self, width: int, height: int) -> None:
        """Give the page another size, in CSS pixels."""
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def goto(self, address: str) -> None:
        """Open an address and wait until it is loaded."""
        self._loaded.clear()
        await self.send("Page.navigate", url=address)
        await asyncio.wait_for(self._loaded.wait(), _PATIENCE)

    async def run(self, script: str) -> Any:
        """Evaluate JavaScript (it may be a promise); its value is plain JSON data."""
        answer = await self.send(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            thrown = details.get("exception", {}).get("description")
            raise PageError(str(thrown or details["text"]))
        return answer["result"].get("value")

    async def drawn(self) -> None:
        """Wait until the page has drawn what it was told so far."""
        await self.run(
            "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
        )

    async def press(self, key: str) -> None:
        """Press and release a key: Tab, Enter, ArrowDown, a letter, ..."""
        codes = {"Tab": 9, "Enter": 13, "Space": 32, "ArrowDown": 40, "ArrowUp": 38}
        text = {"Enter": "\r", "Space": " "}.get(key, key if len(key) == 1 else "")
        event = {
            "key": " " if key == "Space" else key,
            "code": key if len(key) > 1 else f"Key{key.upper()}",
            "windowsVirtualKeyCode": codes.get(key, 0),
        }
        down = {**event, "text": text} if text else event
        await self.send("Input.dispatchKeyEvent", type="keyDown", **down)
        await self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    async def picture(self, *, whole: bool = False) -> bytes:
        """Return a PNG of the window, or of the whole page."""
        await self.drawn()
        answer = await self.send(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole
        )
        return base64.b64decode(answer["data"])

    async def close(self) -> None:
        """Close the page's socket; the page ends with its browser."""
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        await self._socket.close()

    async def _read(self) -> None:
        async for message in self._socket:
            data = msgspec.json.decode(message.data)
            if (future := self._answers.pop(data.get("id", 0), None)) is not None:
                if not future.done():
                    future.set_result(data)
            elif "method" in data:
                self._hear(data["method"], data["params"])

    def _hear(self, method: str, told: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(str(told["exceptionDetails"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.errors.append(told["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and told["type"] == "error":
            self.errors.append(str(told["args"]))


async def _listening(process: asyncio.subprocess.Process) -> str:
    """Read the address that the browser prints once it listens."""
    assert process.stderr is not None  # noqa: S101 - it was asked for
    said = []
    async for line in process.stderr:
        said.append(line.decode(errors="replace"))
        if "DevTools listening on ws://" in said[-1]:
            return said[-1].split("ws://", 1)[1].split("/", 1)[0]
    raise PageError(f"Chromium ended at once: {''.join(said[-5:])}")


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    await process.communicate()
