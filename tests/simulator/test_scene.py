"""The scene and the cable, without a shop."""

import base64
import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from kiosk.simulator.cable import Cable
from kiosk.simulator.scene import Scene
from tests.peers.until import until

SLIP = {"slip": ["  宠物之家"], "paper": base64.b64encode(b"png").decode()}


def test_an_onlooker_sees_all_and_then_each_change() -> None:
    scene = Scene(phase="open")
    scene.hear({"screen": ["10:32"], "name": "Idle", "language": "zh-CN"})
    with scene.watch() as news:
        first = news.get_nowait()
        assert first is not None
        kind, everything = first
        assert (kind, everything["phase"], everything["lines"]) == ("scene", "open", ["10:32"])
        scene.hear({"lamp": "ok"})
        scene.hear({"lamp": "ok"})
        scene.hear({"sound": "tap"})
        assert news.get_nowait() == ("scene", {"lamp": "ok"})
        assert news.get_nowait() == ("cue", {"sound": "tap"})
        scene.end()
        assert news.get_nowait() is None
        assert news.empty()


def test_an_onlooker_who_falls_asleep_is_sent_away() -> None:
    scene = Scene()
    with scene.watch() as asleep:
        for number in range(1000):
            scene.show(number=number)
        told = [asleep.get_nowait() for _ in range(asleep.qsize())]
    assert told[-1] is None
    assert len(told) < 1000


def test_a_new_slip_pushes_the_old_one_off_and_a_power_cut_keeps_both() -> None:
    scene = Scene()
    scene.hear(SLIP)
    scene.hear(SLIP)
    scene.hear({"frame": {"width": 8, "height": 1, "bits": "/w=="}, "lamp": "ok"})
    scene.hear({"power": False})
    assert [slip["torn"] for slip in scene.value("slips")] == [True, False]
    assert (scene.value("frame"), scene.value("lamp")) == (None, "off")
    assert scene.picture(2) == b"png"
    scene.sweep()
    assert [slip["id"] for slip in scene.value("slips")] == [2]
    assert scene.picture(1) is None


def test_the_counter_holds_so_many_slips() -> None:
    scene = Scene()
    for _ in range(100):
        scene.hear(SLIP)
    ids = [slip["id"] for slip in scene.value("slips")]
    assert len(ids) == 40
    assert ids[-1] == 100


def test_the_last_acknowledgement_is_the_newest_row_that_no_longer_waits() -> None:
    scene = Scene()
    scene.hear({"standing": {"last": 0, "waiting": 0}})
    assert scene.value("acked") is None
    scene.hear({"standing": {"last": 3, "waiting": 1}})
    first = scene.value("acked")
    assert first["seq"] == 2
    scene.hear({"standing": {"last": 4, "waiting": 2}})
    assert scene.value("acked") is first


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that says what it is told."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = listener.accept()
                threading.Thread(target=talk, args=(link,), daemon=True).start()

    def talk(link: socket.socket) -> None:
        with contextlib.suppress(OSError), link:
            while data := link.recv(100):
                link.sendall(data)

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    server.join(5)


@pytest.mark.loopback
def test_a_pulled_cable_ends_what_runs_and_lets_nothing_through(echo: int) -> None:
    cable = Cable(echo)

    def reaches() -> bool:
        with socket.create_connection(("127.0.0.1", cable.port), 5) as link:
            with contextlib.suppress(ConnectionError):
                link.sendall(b"hello")
                return link.recv(100) == b"hello"
            return False

    with socket.create_connection(("127.0.0.1", cable.port), 5) as link:
        link.sendall(b"hello")
        assert link.recv(100) == b"hello"
        cable.pull()
        assert link.recv(100) == b""
    assert not reaches()
    cable.plug()
    until(reaches, "through again")
    cable.close()
