"""A private pcscd with virtual readers, in its own mount namespace.

libpcsclite takes its socket's path from PCSCLITE_CSOCK_NAME once per process, so the variable is
set when this module is imported: pytest imports every test module before the first test runs.
"""

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.simulator.processes import free_port
from tests.peers.until import until

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
READERS = ("Kiosk Reader A", "Kiosk Reader B")

_HOME = Path(tempfile.gettempdir()) / f"kiosk-pcscd-{os.getpid()}"
_SOCKET = _HOME / "run" / "pcscd.comm"
os.environ["PCSCLITE_CSOCK_NAME"] = str(_SOCKET)


class Pcscd:
    """pcscd with READERS plugged in; `ports` are where their virtual cards are laid."""

    def __init__(self) -> None:
        shutil.rmtree(_HOME, ignore_errors=True)
        (_HOME / "run").mkdir(parents=True)
        (_HOME / "conf").mkdir()
        self.log = _HOME / "log"
        shim = _build(_HOME)
        self.ports = [_free_ports() for _ in READERS]
        sections = []
        for name, port in zip(READERS, self.ports, strict=True):
            # vpcd keeps its slots in one static array: each reader has its own copy of the driver
            shutil.copy(DRIVER, f"{self._driver(name)}.vpcd")
            shutil.copy(shim, self._driver(name))
            sections.append(
                f'FRIENDLYNAME "{name}"\nDEVICENAME /dev/null:{port:#x}\n'
                f"LIBPATH {self._driver(name)}\nCHANNELID {port:#x}\n"
            )
        (_HOME / "conf" / "vpcd").write_text("\n".join(sections))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Tell whether it runs."""
        return self._process is not None and self._process.poll() is None

    @contextlib.contextmanager
    def without_readers(self) -> Iterator[None]:
        """Leave all readers out of a start in here: their drivers cannot have their ports."""
        with contextlib.ExitStack() as taken:
            for port in self.ports:
                taken.enter_context(socket.create_server(("127.0.0.1", port)))
            yield

    @contextlib.contextmanager
    def escapes(self, reader: str) -> Iterator[Callable[[], list[bytes]]]:
        """Let this reader take escape commands, as a CCID driver with option 0x0001 does.

        What is given back lists those that came.
        """
        driver = self._driver(reader)
        allowed, told = Path(f"{driver}.allowed"), Path(f"{driver}.told")
        told.write_text("")
        allowed.touch()
        yield lambda: [bytes.fromhex(line) for line in told.read_text().splitlines()]
        allowed.unlink()

    def _driver(self, reader: str) -> Path:
        return _HOME / f"vpcd{READERS.index(reader)}.so"

    def start(self) -> None:
        """Start pcscd and wait until it answers."""
        script = (
            "mount -t tmpfs tmpfs /run && mkdir /run/pcscd"
            f" && mount --bind {_HOME}/run /run/pcscd"
            f" && exec pcscd --foreground --debug --config {_HOME}/conf"
        )
        # without root, a user namespace gives the right to mount
        user = [] if os.geteuid() == 0 else ["--map-root-user"]
        command = ["unshare", *user, "--mount", "--propagation", "private", "sh", "-c", script]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while not _answers():
            if self._process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"no private pcscd (it needs root or a user namespace):\n{self.tail()}")
            time.sleep(0.01)

    def kill(self, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """End pcscd; killed hard, it leaves its socket and its process id behind."""
        if self._process is not None:
            self._process.send_signal(with_signal)
            self._process.wait(10)
            self._process = None

    def stop(self) -> None:
        """Let it run no further, alive and without an answer, until go_on()."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def until_empty(self, seconds: float = 30) -> None:
        """Wait until pcscd has noticed that no card lies on any reader."""
        from smartcard import scard  # not before PCSCLITE_CSOCK_NAME is set

        hr, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        assert hr == scard.SCARD_S_SUCCESS, scard.SCardGetErrorMessage(hr)
        end = time.monotonic() + seconds
        while True:
            _, readers = scard.SCardListReaders(context, [])
            asked = [(reader, scard.SCARD_STATE_UNAWARE) for reader in readers]
            _, states = scard.SCardGetStatusChange(context, 0, asked)
            if readers and all(state & scard.SCARD_STATE_EMPTY for _, state, _ in states):
                break
            assert time.monotonic() < end, states
            time.sleep(0.02)
        scard.SCardReleaseContext(context)

    @contextlib.contextmanager
    def until_noticed(self) -> Iterator[None]:
        """Lay a card in here and take it away; go on when pcscd itself has noticed that it is gone.

        That is up to 0.4 s after the card's last answer failed to come, and a card that is laid
        before it is taken for the same one.
        """
        begun = self.log.stat().st_size
        yield
        until(lambda: b"Card Removed From" in self.log.read_bytes()[begun:], "pcscd's own look")

    def tail(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(errors="replace")[-2000:]


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Stand in for a pcscd whose polkit rules do not let this user in.

    It answers the greeting, version and result, and hangs up (pcsc-lite, winscard_msg.h).
    """
    security_violation = 0x8010006A
    _SOCKET.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(_SOCKET))
        door.listen()

        def refuse() -> None:
            with contextlib.suppress(OSError):
                caller, _ = door.accept()
                with caller:
                    _header, version = caller.recv(8), caller.recv(12)
                    caller.sendall(version[:8] + security_violation.to_bytes(4, "little"))

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        yield
        thread.join(10)
    _SOCKET.unlink()


def _build(folder: Path) -> Path:
    """Compile what answers to escape commands in front of vpcd (escape.c)."""
    library, source = folder / "escape.so", Path(__file__).with_name("escape.c")
    command = ["gcc", "-Wall", "-Werror", "-shared", "-fPIC", "-O1", "-o", str(library)]
    result = subprocess.run(
        [*command, str(source), "-ldl"], capture_output=True, text=True, check=False
    )
    if result.returncode:
        pytest.fail(f"the readers' driver does not compile: {result.stderr}")
    return library


def _free_ports() -> int:
    """Return a free port with a free one after it: vpcd takes two a reader."""
    while True:
        port = free_port()
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
            return port


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(str(_SOCKET)) == 0


@functools.cache
def _only() -> Pcscd:
    """One for the whole run, however many modules import the fixture."""
    missing = [tool for tool in ("pcscd", "unshare") if shutil.which(tool) is None]
    if missing or not DRIVER.exists():
        pytest.fail(f"the card tests need {missing or 'vsmartcard-vpcd'}; `make test` installs it")
    return Pcscd()


@pytest.fixture(scope="session")
def pcscd() -> Iterator[Pcscd]:
    daemon = _only()
    if not daemon.running:
        daemon.start()
    yield daemon
    daemon.kill(signal.SIGTERM)
    shutil.rmtree(_HOME, ignore_errors=True)
