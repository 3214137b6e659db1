"""Flask-WebSub, a subscriber of others (in the implementation reports of the W3C), beside a hub at work."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import feedparser
import pytest
from flask import Flask
from flask_websub.subscriber import (  # type: ignore[import-untyped] # it comes without stubs
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
    discover,
)
from hub_folder import Place, hub_at_work
from patience import PATIENCE
from werkzeug.serving import make_server

from syndicate.news import Act
from syndicate.settings import Address


@dataclass
class Platform:
    """A small platform that follows feeds with Flask-WebSub."""

    app: Flask
    subscriber: Subscriber
    port: int
    got: list[bytes] = field(default_factory=list)
    agreed: list[str] = field(default_factory=list)
    moved: threading.Condition = field(default_factory=threading.Condition)

    def note(self, into: list[Any], what: Any) -> None:
        with self.moved:
            into.append(what)
            self.moved.notify_all()

    async def until(self, reached: Callable[[], bool]) -> None:
        def wait() -> bool:
            with self.moved:
                return self.moved.wait_for(reached, timeout=PATIENCE)

        assert await asyncio.to_thread(wait)

    async def does(self, what: Callable[[], str]) -> str:
        """Something in the application, as a request of its own would do it."""

        def act() -> str:
            with self.app.test_request_context(base_url=f"http://127.0.0.1:{self.port}"):
                return what()

        return await asyncio.to_thread(act)


@contextmanager
def platform_at_work(folder: Path) -> Iterator[Platform]:
    app = Flask("platform")
    kept, waiting = folder / "kept.sqlite3", folder / "waiting.sqlite3"
    subscriber = Subscriber(SQLite3SubscriberStorage(kept), SQLite3TempSubscriberStorage(waiting))
    app.register_blueprint(subscriber.build_blueprint(url_prefix="/callbacks"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    platform = Platform(app, subscriber, server.port)
    subscriber.add_listener(lambda _topic, _id, body: platform.note(platform.got, body))
    subscriber.add_success_handler(lambda _topic, _id, mode: platform.note(platform.agreed, mode))
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield platform
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@asynccontextmanager
async def both(here: Place) -> AsyncIterator[tuple[Any, Platform]]:
    with platform_at_work(here.folder) as platform:
        async with hub_at_work(here, allow=(Address("127.0.0.1", platform.port),)) as served:
            yield served, platform


async def test_it_discovers_subscribes_renews_receives_what_is_signed_and_leaves(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It gives a secret only to a hub that it reaches by https; on loopback there is none.
    monkeypatch.setattr("flask_websub.subscriber.is_secure", lambda _: True)
    async with both(here) as (served, platform):
        found = await asyncio.to_thread(discover, f"{served.hub.url}/feeds/aa.atom")
        assert found == {
            "hub_url": f"{served.hub.url}/websub",
            "topic_url": f"{served.hub.url}/feeds/aa.atom",
        }
        asked = {**found, "secret": "only we two know", "lease_seconds": 3_600}
        name = await platform.does(lambda: platform.subscriber.subscribe(**asked))
        await platform.until(lambda: platform.agreed == ["subscribe"])
        await _until_kept(served, 1)
        await served.release("storm")
        await platform.until(lambda: len(platform.got) == 1)  # it takes only what is signed rightly
        await platform.does(lambda: platform.subscriber.renew(name))
        await platform.until(lambda: len(platform.agreed) == 2)
        await served.release("storm", ver=2, act=Act.CORRECT, title="Less of it", note="Not so large.")
        await platform.until(lambda: len(platform.got) == 2)
        assert [_titles(body) for body in platform.got] == [["Story storm"], ["Less of it"]]
        await platform.does(lambda: platform.subscriber.unsubscribe(name) or "")
        await platform.until(lambda: platform.agreed == ["subscribe", "subscribe", "unsubscribe"])
        await _until_kept(served, 0)


async def _until_kept(served: Any, many: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(await served.hub.storage.subscribers.all()) != many:  # noqa: ASYNC110 - after its answer
            await asyncio.sleep(0.01)


def _titles(body: bytes) -> list[str]:
    return [entry.title for entry in feedparser.parse(BytesIO(body)).entries]
