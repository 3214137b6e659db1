"""A real browser, driven over its own protocol (CDP): what it shows, what it refuses, what axe finds.

Scripts of a page never run here; what a test evaluates is the debugger's, which no page's policy concerns.
"""

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

PROGRAM = shutil.which("chromium") or shutil.which("chromium-headless-shell")
_ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--hide-scrollbars", "--remote-debugging-port=0", "--disable-dev-shm-usage",
)  # fmt: skip
_SECONDS = 60


@dataclass
class Browser:
    """One page of a browser; ``complaints`` is what it said on its console, policies broken included."""

    socket: ClientWebSocketResponse
    session: str
    complaints: list[str] = field(default_factory=list)
    _loaded: bool = False
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def tell(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        await self.socket.send_json(
            {"id": number, "method": method, "params": parameters, "sessionId": self.session}
        )
        return await self._until(lambda said: said.get("id") == number)

    async def _until(self, wanted: Any) -> Any:
        async with asyncio.timeout(_SECONDS):
            while True:
                said = await self.socket.receive_json()
                if said.get("method") == "Log.entryAdded":
                    entry = said["params"]["entry"]
                    self.complaints.append(f"{entry.get('level')}: {entry['text']}")
                if said.get("method") == "Page.loadEventFired":
                    self._loaded = True
                if wanted(said):
                    assert "error" not in said, said
                    return said.get("result")

    async def open(self, address: str, *, width: int = 1_000, scripts: bool = False) -> None:
        """Show the page at ``address``; its own scripts run only with ``scripts``."""
        await self.tell(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
        )
        await self.tell("Emulation.setScriptExecutionDisabled", value=not scripts)
        await self._moved("Page.navigate", url=address)

    async def follow(self, act: str) -> None:
        """Do what leads to another page, as a reader's hand would."""
        await self._moved("Runtime.evaluate", expression=act, userGesture=True)

    async def _moved(self, method: str, **parameters: Any) -> None:
        self._loaded = False
        await self.tell(method, **parameters)
        if not self._loaded:
            await self._until(lambda said: said.get("method") == "Page.loadEventFired")

    async def colours(self, *, dark: bool) -> None:
        """Show the page as a reader sees it who likes it light, or dark."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.tell("Emulation.setEmulatedMedia", features=scheme)

    async def evaluate(self, script: str) -> Any:
        """What ``script`` gives; promises are waited for."""
        found = await self.tell("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def axe(self, source: str, **options: Any) -> list[str]:
        """What axe-core finds wrong with the page, one line each."""
        await self.tell("Emulation.setScriptExecutionDisabled", value=False)
        if not await self.evaluate("'axe' in window"):
            await self.evaluate(source + ";0")
        found = await self.evaluate(f"axe.run(document, {json.dumps(options)}).then(r => r.violations)")
        return [
            f"{each['id']}: {each['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for each in found
            for node in each["nodes"]
        ]

    async def picture(self) -> bytes:
        """The whole page as a PNG."""
        size = (await self.tell("Page.getLayoutMetrics"))["cssContentSize"]
        clip: Mapping[str, Any] = {"x": 0, "y": 0, "scale": 1, **{k: size[k] for k in ("width", "height")}}
        shot = await self.tell("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def open_browser(profile: Path) -> AsyncIterator[Browser]:
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM, *_ARGUMENTS, f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, limit=1 << 20,
    )  # fmt: skip
    try:
        async with (
            ClientSession() as client,
            client.ws_connect(await _address(process), max_msg_size=0) as socket,
        ):
            yield await _page(socket)
    finally:
        process.kill()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(_SECONDS):
        while line := (await process.stderr.readline()).decode():
            if "DevTools listening on " in line:
                return line.split("DevTools listening on ")[1].strip()
    raise AssertionError("the browser ended before it listened")


async def _page(socket: ClientWebSocketResponse) -> Browser:
    browser = Browser(socket, "")

    async def ask(method: str, **parameters: Any) -> Any:
        number = next(browser._numbers)
        await socket.send_json({"id": number, "method": method, "params": parameters})
        return await browser._until(lambda said: said.get("id") == number)

    targets = (await ask("Target.getTargets"))["targetInfos"]
    [target] = [each for each in targets if each["type"] == "page"]
    attached = await ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
    browser.session = attached["sessionId"]
    for domain in ("Page", "Log", "Runtime"):
        await browser.tell(f"{domain}.enable")
    return browser
