"""A news platform's own server: it takes what a hub posts, and says yes when asked whether it meant it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from syndicate.demo._street import House, Page

_LONGEST = 16_000_000  # bytes of one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request that was posted."""

    headers: Mapping[str, str]  # names in small letters
    body: bytes


class Letterbox(House):
    """Keeps every message by the path that it was posted to, in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self._messages: dict[str, list[Message]] = {}
        self._lock = threading.Lock()

    def open(self, path: str) -> str:
        """Take messages at ``path``, and confirm WebSub subscriptions that name it; its address."""
        self._messages[path] = []
        return self.url(path)

    def messages(self, path: str) -> list[Message]:
        """What has been posted to ``path`` so far."""
        with self._lock:
            return list(self._messages[path])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        box, door = self, super()._handler()

        class Slot(door):  # type: ignore[valid-type, misc] # made for each house
            def do_POST(self) -> None:  # noqa: N802 - the base class's word
                box._take(self)

        return Slot

    def _take(self, visitor: BaseHTTPRequestHandler) -> None:
        length = int(visitor.headers.get("Content-Length") or 0)
        if visitor.path not in self._messages or length > _LONGEST:
            visitor.send_error(HTTPStatus.NOT_FOUND)
            return
        headers = {name.lower(): value for name, value in visitor.headers.items()}
        message = Message(headers=headers, body=visitor.rfile.read(length))
        with self._lock:
            self._messages[visitor.path].append(message)
        visitor.send_response(HTTPStatus.NO_CONTENT)
        visitor.end_headers()

    def _page(self, path: str) -> Page | None:
        asked = urlsplit(path)
        challenge = parse_qs(asked.query).get("hub.challenge")
        if challenge and asked.path in self._messages:
            return Page(body=challenge[0].encode(), media_type="text/plain")
        return super()._page(path)
