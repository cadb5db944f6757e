"""What a service manager receives on a real datagram socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import health
from kiosk.health import Heartbeat, Supervisor, Watchdog
from kiosk.runtime.clock import VirtualClock
from tests.health.conftest import START

PID = str(os.getpid())


class ServiceManager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, name: str) -> None:
        self.environ = {"NOTIFY_SOCKET": name}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        self._socket.setblocking(False)

    def received(self) -> list[str]:
        """All that came since the last call; a Unix datagram is there when send() returns."""
        messages = []
        try:
            while True:
                messages.append(self._socket.recv(4096).decode())
        except BlockingIOError:
            return messages

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServiceManager]:
    name = f"{tmp_path}/notify" if request.param == "path" else f"@kiosk-test-{PID}/notify"
    manager = ServiceManager(name)
    yield manager
    manager.close()


def test_each_notification_is_one_datagram(manager: ServiceManager) -> None:
    supervisor = Supervisor(manager.environ)
    supervisor.ready()
    supervisor.status("服务中")
    supervisor.watchdog()
    supervisor.stopping()
    assert manager.received() == ["READY=1", "STATUS=服务中", "WATCHDOG=1", "STOPPING=1"]


def test_a_status_cannot_smuggle_in_an_assignment(manager: ServiceManager) -> None:
    Supervisor(manager.environ).status("printer:\nMAINPID=1\r\n jam")
    assert manager.received() == ["STATUS=printer: MAINPID=1 jam"]


def test_half_a_character_is_no_reason_to_fall(manager: ServiceManager) -> None:
    Supervisor(manager.environ).status("\udc80")
    assert manager.received() == ["STATUS=?"]


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:9"}])
def test_without_a_manager_nothing_happens(
    environ: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    Supervisor(environ).ready()
    assert [r.message for r in caplog.records if "not sent" in r.message] == []


@pytest.mark.parametrize("name", ["/nowhere/notify", "@nobody-listens", "/" + "x" * 200])
def test_a_manager_that_is_gone_is_logged_and_no_more(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    Supervisor({"NOTIFY_SOCKET": name}).watchdog()
    [record] = caplog.records
    assert record.message.startswith("supervisor: WATCHDOG not sent: ")


def test_a_manager_that_reads_nothing_does_not_hang_the_kiosk(
    manager: ServiceManager, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SEND_SECONDS", 0.01)
    supervisor = Supervisor(manager.environ)
    for _ in range(100_000):
        supervisor.watchdog()
        if caplog.records:
            break
    assert "WATCHDOG not sent" in caplog.text


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": PID}, 30.0),
        ({"WATCHDOG_USEC": "1500000"}, 1.5),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": ""}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_PID": PID}, None),
    ],
)
def test_whether_and_how_often_the_watchdog_wants_to_be_fed(
    environ: dict[str, str], seconds: float | None
) -> None:
    assert Supervisor(environ).watchdog_seconds == seconds


def test_the_watchdog_is_fed_only_while_everybody_answers(manager: ServiceManager) -> None:
    clock = VirtualClock(START)
    beats = {"loop": 0.0, "journal": 0.0, "courier": 0.0}
    heartbeat = Heartbeat({name: lambda n=name: beats[n] for name in beats}, clock, 10.0)  # type: ignore[misc]
    watchdog = Watchdog(Supervisor(manager.environ), heartbeat)
    assert watchdog.turn() == ()
    clock.advance(10.0)
    beats["loop"] = beats["courier"] = 10.0
    assert watchdog.turn() == ()
    assert manager.received() == ["WATCHDOG=1", "WATCHDOG=1"]

    clock.advance(0.5)
    assert watchdog.turn() == ("journal",)
    assert watchdog.turn() == ("journal",)
    assert manager.received() == ["STATUS=no sign of life: journal"]

    beats["journal"] = 10.5
    assert watchdog.turn() == ()
    assert manager.received() == ["WATCHDOG=1", "STATUS=serving"]
