"""`kiosk simulate` as a process of its own, as somebody at a terminal would start it."""

import http.client
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit


class Front:
    """The simulator with its page on a free port.  stop() fails if anything is left running."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "kiosk.cli", "simulate", "--port", "0"]
        self.process = subprocess.Popen(
            [*command, "--data", str(folder), *options],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[0]
        self.netloc = urlsplit(self.url).netloc

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end; it does, in order, and leaves no process."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        with self.process:
            assert self.process.wait(30) == 0
        assert self.left() == []

    def left(self) -> list[str]:
        """List the command lines of processes that work in its folder."""
        lines = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it has just ended
            if str(self.folder) in line:
                lines.append(line)
        return lines

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request as the page would; a header of None is left out."""
        given: dict[str, str | None] = {"Host": self.netloc}
        if method == "POST":
            given |= {
                "Origin": self.url.rstrip("/"),
                "Content-Type": "application/json",
                "Content-Length": str(len(body or b"")),
            }
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        link = http.client.HTTPConnection(self.netloc, timeout=10)
        try:
            link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                if value is not None:
                    link.putheader(name, value)
            link.endheaders(body)
            answer = link.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            link.close()

    def hand(self, **what: Any) -> None:
        """Do something at the page without a page."""
        status, _, body = self.ask("POST", "/hands", json.dumps(what).encode())
        assert status == 204, body
