"""The page's server: loopback only, and for this page only.

A page from elsewhere in the same browser can send requests here, and by DNS rebinding under a name
of its own (RFC 6454 origins): so every request must name this host, and every hand must come from
this origin, as JSON.  Other users of this machine could open the page too; it is a demo shop.
"""

import contextlib
import http
import json
import queue
import re
import sys
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from kiosk.simulator import hands
from kiosk.simulator.scene import Scene

STATIC = Path(__file__).parent / "static"

Place = tuple[Scene, Callable[[hands.Hand], None]]
"""What is seen at one kiosk, and who is given the hands there."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_LARGEST = 4096
"""Bytes of a hand at most."""

_SILENCE = 15.0
"""Seconds without news after which a line says that the connection lives."""

_GUARDS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Server(ThreadingHTTPServer):
    """Serves the page, the scene as server-sent events, and takes hands.

    `places` are the kiosks by the path of their page: "/", "/k2/".  Who takes the hands there
    raises KeyError for one that means nothing.  Raises OSError when the port is taken.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, places: Mapping[str, Place]) -> None:
        super().__init__(("127.0.0.1", port), _Visit)
        self.places = dict(places)
        own = self.server_port
        self.hosts = {f"127.0.0.1:{own}", f"localhost:{own}"}
        self.origins = {f"http://{host}" for host in self.hosts}
        self.files = {f"/{path.name}": path for path in STATIC.iterdir() if path.suffix in _TYPES}
        self.files["/"] = STATIC / "index.html"

    @property
    def url(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.server_port}/"

    def find(self, path: str) -> tuple[Place, str]:
        """Tell which kiosk's page a path is of, and what of it: "/k2/events" is its "/events"."""
        first, slash, rest = path.removeprefix("/").partition("/")
        place = self.places.get(f"/{first}/") if slash else None
        return (place, f"/{rest}") if place else (self.places["/"], path)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a page that was closed or loaded again in the middle of an answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Visit(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "kiosk", ""
    timeout = 60

    def do_GET(self) -> None:
        (scene, _), path = self.server.find(self.path)
        if self.headers.get("Host") not in self.server.hosts:
            self._refuse(http.HTTPStatus.MISDIRECTED_REQUEST, "another host is meant")
        elif path == "/events":
            self._stream(scene)
        elif file := self.server.files.get(path):
            self._answer(http.HTTPStatus.OK, file.read_bytes(), _TYPES[file.suffix])
        elif picture := _slip(scene, path):
            self._answer(http.HTTPStatus.OK, picture, "image/png")
        else:
            self._refuse(http.HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        (_, post), path = self.server.find(self.path)
        status, why = self._objection(path)
        if not status:
            try:
                length = int(self.headers["Content-Length"])
                post(hands.read(self.rfile.read(length)))
            except KeyError as e:
                status, why = http.HTTPStatus.BAD_REQUEST, f"there is no {e}"
            except ValueError as e:
                status, why = http.HTTPStatus.BAD_REQUEST, str(e)
        if status:
            self._refuse(status, why)
        else:
            self._answer(http.HTTPStatus.NO_CONTENT)

    def _objection(self, path: str) -> tuple[http.HTTPStatus | None, str]:
        """Say what is wrong with a hand before it is read; (None, "") when nothing is."""
        length = self.headers.get("Content-Length", "")
        status: http.HTTPStatus | None = None
        why = ""
        if self.headers.get("Host") not in self.server.hosts:
            status, why = http.HTTPStatus.MISDIRECTED_REQUEST, "another host is meant"
        elif self.headers.get("Origin") not in self.server.origins:
            status, why = http.HTTPStatus.FORBIDDEN, "not from this page"
        elif path != "/hands":
            status = http.HTTPStatus.NOT_FOUND
        elif self.headers.get_content_type() != "application/json":
            status = http.HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        elif not re.fullmatch(r"[0-9]{1,9}", length):
            status = http.HTTPStatus.LENGTH_REQUIRED
        elif int(length) > _LARGEST:
            status = http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return status, why

    def _stream(self, scene: Scene) -> None:
        self.close_connection = True
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Connection", "close")
        self._headers("text/event-stream; charset=utf-8")
        with contextlib.suppress(OSError), scene.watch() as messages:
            while True:
                try:
                    message = messages.get(timeout=_SILENCE)
                except queue.Empty:
                    self.wfile.write(b": still here\n\n")
                    continue
                if message is None:
                    return
                kind, values = message
                text = json.dumps(values, ensure_ascii=False)
                self.wfile.write(f"event: {kind}\ndata: {text}\n\n".encode())

    def _refuse(self, status: http.HTTPStatus, why: str = "") -> None:
        # what was sent and not read must not be taken for the next request
        self.close_connection = True
        text = f"{status.value} {status.phrase}{': ' if why else ''}{why}\n"
        self._answer(status, text.encode(), "text/plain; charset=utf-8")

    def _answer(self, status: http.HTTPStatus, body: bytes = b"", kind: str = "") -> None:
        self.send_response(status)
        if self.close_connection:
            self.send_header("Connection", "close")
        if status is not http.HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self._headers(kind)
        self.wfile.write(body)

    def _headers(self, kind: str) -> None:
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in _GUARDS.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the kiosk's own log is what matters."""


def _slip(scene: Scene, path: str) -> bytes | None:
    slip = re.fullmatch(r"/slips/([0-9]{1,9})\.png", path)
    return scene.picture(int(slip[1])) if slip else None
