"""Serves the terminal UI to browsers on this machine: one process of it for each open page."""

from __future__ import annotations

import asyncio
import logging
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from string import Template

from aiohttp import web
from textual_serve.server import Server

from bunsui_tui.web.guard import HOST, Address, refusal

PAGES = Path(__file__).parent
MOST_OPEN = 8
"""Pages at a time; each is a process of about 100 MB."""

FONT_SIZE = 16
PARTS = ("page.css", "page.js")
SOCKET = "ws"


class Site:
    """The page, what it loads, and the connection that shows the terminal UI in it."""

    def __init__(self, address: Address, program: list[str]) -> None:
        self._address = address
        self._terminal = Server(shlex.join(program), HOST, address.port, title="bunsui")
        self._open: set[asyncio.Task[object]] = set()
        self._page = Template((PAGES / "page.html").read_text("utf-8"))

    def app(self) -> web.Application:
        """Return the application; every request passes the guard first."""
        app = web.Application(middlewares=[self._guarded])
        base = f"/{self._address.secret}"
        app.router.add_get(f"{base}/", self._index)
        for name in PARTS:
            app.router.add_get(f"{base}/{name}", self._part)
        app.router.add_get(f"{base}/{SOCKET}", self._socket)
        app.router.add_static(f"{base}/static", self._terminal.statics_path)
        app.on_response_prepare.append(self._mark)
        app.on_shutdown.append(self._end)
        return app

    @web.middleware
    async def _guarded(
        self,
        request: web.Request,
        handler: Callable[[web.Request], object],
    ) -> web.StreamResponse:
        status = refusal(self._address, request.path, request.headers)
        if status:
            return web.Response(status=status, text="this is not for you\n")
        answer = handler(request)
        assert asyncio.iscoroutine(answer)
        found = await answer
        assert isinstance(found, web.StreamResponse)
        return found

    async def _mark(self, request: web.Request, answer: web.StreamResponse) -> None:
        answer.headers.update(self._address.headers())

    async def _index(self, request: web.Request) -> web.Response:
        socket = f"ws://{request.host}/{self._address.secret}/{SOCKET}"
        text = self._page.substitute(socket=socket, font_size=FONT_SIZE)
        return web.Response(text=text, content_type="text/html")

    async def _part(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGES / request.path.rsplit("/", 1)[-1])

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if len(self._open) >= MOST_OPEN:
            return web.Response(status=503, text=f"{MOST_OPEN} pages are open: close one\n")
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            return await self._terminal.handle_websocket(request)
        finally:
            self._open.discard(task)

    async def _end(self, app: web.Application) -> None:
        for task in tuple(self._open):
            task.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*self._open, return_exceptions=True), 10)


async def serve(address: Address, arguments: list[str], ready: Callable[[str], None]) -> None:
    """Serve until this task is cancelled. Raises: OSError when the port is taken."""
    # What is no request is answered with 400; its traceback is nothing for the user's terminal.
    logging.getLogger("aiohttp").addHandler(logging.NullHandler())
    program = [sys.executable, "-P", "-m", "bunsui_tui", *arguments]
    site = Site(address, program)
    runner = web.AppRunner(site.app(), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, address.port).start()
        ready(address.url)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
