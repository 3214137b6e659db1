"""The little web of the demo: servers on loopback, each on a port of its own."""

import hashlib
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from syndicate.errors import DemoError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one address answers."""

    body: bytes
    media_type: str = "application/xml"
    encoding: str | None = None  # Content-Encoding


Ranting = Callable[[BaseHTTPRequestHandler], None]  # writes whatever it likes: for those who misbehave


class _Server(ThreadingHTTPServer):
    """A server whose threads end with the program, and that says nothing when a visitor hangs up."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Told by socketserver of whatever a thread could not handle: only hanging up is usual."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as socketserver passes it


class House:
    """One web server on loopback; pages can be put up and changed while it runs."""

    def __init__(self) -> None:
        self._pages: dict[str, Callable[[], Page]] = {}
        self._rants: dict[str, Ranting] = {}
        try:
            self._server = _Server((LOOPBACK, 0), self._handler())
        except OSError as exc:
            raise DemoError(f"no server can be started on {LOOPBACK}: {exc.strerror}") from exc
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.server_address[1]

    def url(self, path: str) -> str:
        """The address of ``path``, which begins with a slash."""
        return f"http://{LOOPBACK}:{self.port}{path}"

    def put_up(self, path: str, page: Callable[[], Page]) -> str:
        """Answer ``path`` with what ``page`` says at each visit; its address."""
        self._rants.pop(path, None)
        self._pages[path] = page
        return self.url(path)

    def let_rant(self, path: str, rant: Ranting) -> str:
        """Let ``rant`` answer ``path`` by itself, headers included; its address."""
        self._rants[path] = rant
        return self.url(path)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        house = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_GET(self) -> None:
                house._answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
                """Say nothing: the demo tells the story itself."""

        return Door

    def _page(self, path: str) -> Page | None:
        """What stands at a path, its query included, at this moment."""
        page = self._pages.get(path)
        return None if page is None else page()

    def _answer(self, visitor: BaseHTTPRequestHandler) -> None:
        path = visitor.path
        try:
            if rant := self._rants.get(path):
                rant(visitor)
            elif page := self._page(path):
                _serve(visitor, page)
            else:
                visitor.send_error(404)
        except (ConnectionError, TimeoutError):
            visitor.close_connection = True  # the visitor had enough, which is what some are here to show


def _serve(visitor: BaseHTTPRequestHandler, page: Page) -> None:
    etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
    unchanged = visitor.headers.get("If-None-Match") == etag
    visitor.send_response(304 if unchanged else 200)
    visitor.send_header("ETag", etag)
    if not unchanged:
        visitor.send_header("Content-Type", page.media_type)
        visitor.send_header("Content-Length", str(len(page.body)))
        if page.encoding:
            visitor.send_header("Content-Encoding", page.encoding)
    visitor.end_headers()
    if not unchanged:
        visitor.wfile.write(page.body)
