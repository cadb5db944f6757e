"""Child processes: started, stopped, killed, and never left behind."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from kiosk.domain.errors import KioskError

STOP_SECONDS = 10.0


class ProcessFailed(KioskError):
    """A process of the simulator did not start or ended by itself; its log tells why."""


def free_port() -> int:
    """Find a TCP port on loopback that nobody listens on.

    Below those that connections are made from (32768 and up on Linux): one of them could be taken
    while its server is down, even by the very client that tries to reach it.
    """
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def listens(port: int) -> bool:
    """Tell whether somebody listens on a TCP port on loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Process:
    """One child process with its log; it dies with its parent (setpriv(1), --pdeathsig)."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self.log = name, log
        self._command, self._environ = list(command), {**os.environ, **(environ or {})}
        self._process: subprocess.Popen[str] | None = None

    @property
    def running(self) -> bool:
        """Tell whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id; None when it never ran."""
        return self._process.pid if self._process else None

    def start(self, *, pipes: bool = False) -> subprocess.Popen[str]:
        """Start it; with `pipes` its standard input and output are ours.  Once at a time.

        Whoever reads its output reads to the end, and then closes it.
        """
        if self.running:
            raise ProcessFailed(f"{self.name} runs already")
        with self.log.open("a") as log:
            pipe = subprocess.PIPE if pipes else subprocess.DEVNULL
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self._command],
                stdin=pipe,
                stdout=pipe if pipes else log,
                stderr=log,
                env=self._environ,
                text=True,
                # Ctrl-C is for the simulator, which then stops its children in order
                start_new_session=True,
            )
        return self._process

    def run(self) -> str:
        """Run it to its end and return what it printed.  Raises ProcessFailed."""
        done = subprocess.run(
            self._command, env=self._environ, capture_output=True, text=True, check=False
        )
        with self.log.open("a") as log:
            log.write(done.stderr)
        if done.returncode:
            raise ProcessFailed(f"{self.name} failed:\n{done.stderr.strip()[-2000:]}")
        return done.stdout

    def wait_for_port(self, port: int, seconds: float = 30.0) -> None:
        """Wait until it listens.  Raises ProcessFailed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.running:
                break
            if listens(port):
                return
            time.sleep(0.02)
        raise ProcessFailed(f"{self.name} does not listen:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Ask it to end, and make it end if it does not."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
