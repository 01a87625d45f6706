"""A headless Chromium, driven over its own protocol: a page, its keys, and a picture of it."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bunsui_core.domain.value import Json

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=960,720",
    "--remote-debugging-port=0",
)
SECONDS = 180.0
"""How long anything may take on a busy machine."""

READ = """
window.__seen = '';
window.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    const decoder = new TextDecoder();
    this.addEventListener('message', (event) => {
      if (typeof event.data !== 'string')
        window.__seen += decoder.decode(event.data, {stream: true});
    });
  }
};
"""
"""Keeps what the terminal in the page is told to draw."""

BARE = r"window.__seen.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')"


def chromium() -> str:
    """The browser of this machine; empty when there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


class Page:
    """One page; every call is answered by the browser itself."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.errors: list[str] = []

    async def call(self, method: str, **params: Json) -> dict[str, Json]:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        await self._connection.send_json({"id": number, "method": method, "params": params})
        while True:
            told = json.loads(await self._connection.receive_str(timeout=SECONDS))
            if told.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(told["params"]))
            if told.get("id") == number:
                assert "error" not in told, told
                result: dict[str, Json] = told["result"]
                return result

    async def open(self, url: str) -> None:
        """Go to an address."""
        for domain in ("Page", "Runtime"):
            await self.call(f"{domain}.enable")
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=READ)
        await self.call("Page.navigate", url=url)

    async def value(self, expression: str) -> str:
        """What an expression is in the page, as text."""
        found = await self.call(
            "Runtime.evaluate", expression=f"String({expression})", returnByValue=True
        )
        result = found["result"]
        assert isinstance(result, dict)
        return str(result.get("value", ""))

    async def press(self, char: str) -> None:
        """Press a key that types a character."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": char} if kind == "keyDown" else {}
            await self.call("Input.dispatchKeyEvent", type=kind, key=char, **text)

    async def until(self, expression: str, what: str) -> None:
        """Wait until an expression is true in the page."""
        for _ in range(int(SECONDS / 0.1)):
            if await self.value(expression) == "true":
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"never: {what}\n{(await self.value(BARE))[-3000:]}")

    async def until_drawn(self, text: str) -> None:
        """Wait until the terminal was told to draw a text, colours left out."""
        await self.until(f"{BARE}.includes({json.dumps(text)})", f"{text!r} drawn")

    async def picture(self) -> bytes:
        """The page as a PNG."""
        found = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(str(found["data"]))


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Page]:
    """A browser with one empty page, which is gone afterwards."""
    command = [chromium(), *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            port = await _port(folder / "DevToolsActivePort", process)
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    pages = [one for one in await answer.json() if one["type"] == "page"]
                url = pages[0]["webSocketDebuggerUrl"]
                async with session.ws_connect(url, max_msg_size=0) as connection:
                    yield Page(connection)
                    await connection.send_json({"id": 0, "method": "Browser.close"})
        finally:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


async def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    for _ in range(int(SECONDS / 0.1)):
        assert process.poll() is None, "the browser ended at once"
        if file.exists() and (lines := file.read_text().split("\n")) and lines[0].isdigit():
            return int(lines[0])
        await asyncio.sleep(0.1)
    raise AssertionError("the browser did not say where it can be driven")
