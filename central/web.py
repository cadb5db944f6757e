"""The web admin for one shop: Django's own threaded server, which also serves the admin's styles.

For loopback, or behind a reverse proxy that ends TLS.  A larger installation runs central.wsgi
under a WSGI server of its choice and `kiosk-central manage collectstatic`.
"""

import signal
import threading
from types import FrameType

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from central.wsgi import application


class _Quiet(WSGIRequestHandler):
    """Without a line per request: paths hold the ids of members."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(host: str, port: int) -> int:
    """Serve until SIGTERM or SIGINT; print the address once connections are accepted."""
    with ThreadedWSGIServer((host, port), _Quiet, ipv6=":" in host) as server:
        server.daemon_threads = True
        server.set_app(StaticFilesHandler(application))

        def stop(_number: int, _frame: FrameType | None) -> None:
            # shutdown() waits for the loop that this signal has interrupted
            threading.Thread(target=server.shutdown).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        shown = f"[{host}]" if ":" in host else host
        print(f"http://{shown}:{server.server_port}/admin/", flush=True)  # noqa: T201
        server.serve_forever(poll_interval=0.1)
    return 0
