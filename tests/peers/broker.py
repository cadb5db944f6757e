"""A private mosquitto: its own folder, a free port, nothing shared, gone at the end.

    with Mosquitto(users={"kiosk": "secret"}, acl="user kiosk\\ntopic write a/#\\n") as broker:
        ...  # connect to 127.0.0.1:broker.port
        broker.kill()      # as a power cut or the OOM killer would: SIGKILL
        broker.start()     # same port, same folder: retained messages as its persistence left them

Tests that use it carry the marker `loopback`.  Persistence is as Debian ships it: on, written at a
clean stop and every half hour, so that after kill() whatever came since is gone.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from kiosk.simulator.processes import free_port

HOST = "127.0.0.1"
SECONDS = 20.0
_RUNNING, _RELOADING = " running\n", "Reloading config"
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


class Mosquitto:
    """One broker.  `users` maps names to passwords (none: anybody may connect), `acl` is the text
    of an acl_file, `tls` adds a certificate for 127.0.0.1 whose authority is `ca_file`, and
    `extra` is appended to mosquitto.conf.
    """

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        acl: str = "",
        extra: str = "",
        *,
        tls: bool = False,
    ) -> None:
        program = shutil.which("mosquitto", path=_PATH)
        assert program is not None, "mosquitto is not installed"
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-mosquitto-"))
        self.ca_file = self.folder / "ca.crt"
        self.port = free_port()
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._users, self._acl = dict(users or {}), acl
        self._extra, self._tls = extra, tls
        (self.folder / "log").touch()
        self._write()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        self.close()

    @property
    def log(self) -> str:
        """Everything the broker has logged."""
        return (self.folder / "log").read_text("utf-8", "replace")

    @property
    def running(self) -> bool:
        """Tell whether the broker lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        assert not self.running
        starts = self.log.count(_RUNNING)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", self.folder / "conf"], stdout=log, stderr=log
            )
        # it listens before it is ready for signals, and forgets one that comes before its loop
        self._await(lambda: self.log.count(_RUNNING) > starts)
        with (
            contextlib.suppress(ConnectionError),
            socket.create_connection((HOST, self.port), SECONDS) as stranger,
        ):
            stranger.sendall(b"not MQTT, nor TLS")
            while stranger.recv(4096):
                pass

    def stop(self) -> None:
        """Stop it in order: it writes what it keeps."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once: what it had not written is gone."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """End a pause."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it and remove its folder."""
        if self.running:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def reload(self, acl: str) -> None:
        """Replace the access list of a running broker (needs to have had one)."""
        assert self._acl
        assert self._process is not None
        reloads = self.log.count(_RELOADING)
        (self.folder / "acl").write_text(acl)
        self._process.send_signal(signal.SIGHUP)
        self._await(lambda: self.log.count(_RELOADING) > reloads)

    def _await(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            assert self.running, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.002)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(SECONDS)
        self._process = None

    def _write(self) -> None:
        lines = [
            "user root",  # else it leaves root's folder to become a user who cannot read it
            "per_listener_settings false",
            "persistence true",
            f"persistence_location {self.folder}/",
            "set_tcp_nodelay true",
            "log_dest stderr",
            "log_type all",
            f"allow_anonymous {str(not self._users).lower()}",
            f"listener {self.port} {HOST}",
        ]
        if self._users:
            lines.append(f"password_file {self._passwords()}")
        if self._acl:
            (self.folder / "acl").write_text(self._acl)
            lines.append(f"acl_file {self.folder / 'acl'}")
        if self._tls:
            self._certify()
            lines.append(f"certfile {self.folder / 'server.crt'}")
            lines.append(f"keyfile {self.folder / 'server.key'}")
        (self.folder / "conf").write_text("\n".join([*lines, self._extra, ""]))

    def _passwords(self) -> Path:
        file = self.folder / "passwords"
        file.write_text("".join(f"{name}:{word}\n" for name, word in self._users.items()))
        file.chmod(0o600)
        _run("mosquitto_passwd", "-U", str(file))
        return file

    def _certify(self) -> None:
        ca, server = self.folder / "ca", self.folder / "server"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        name = f"subjectAltName=IP:{HOST}"
        _run(
            *["openssl", "req", "-x509", *curve, "-keyout", f"{ca}.key", "-out", f"{ca}.crt"],
            *["-subj", "/CN=test authority", "-days", "2"],
        )
        _run(
            *["openssl", "req", "-x509", *curve, "-keyout", f"{server}.key"],
            *["-out", f"{server}.crt", "-subj", "/CN=test broker", "-days", "2"],
            *["-addext", name, "-CA", f"{ca}.crt", "-CAkey", f"{ca}.key"],
            *["-addext", "basicConstraints=critical,CA:false"],
        )


def _run(*command: str) -> None:
    found = shutil.which(command[0], path=_PATH)
    assert found is not None, f"{command[0]} is not installed"
    subprocess.run([found, *command[1:]], check=True, capture_output=True)


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    """A broker that anybody may connect to."""
    with Mosquitto() as running:
        yield running
