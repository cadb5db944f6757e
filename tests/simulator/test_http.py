"""The page's server: for this page only, and unmoved by what is not a request of its own."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.simulator.scene import Scene
from kiosk.simulator.web import Server
from tests.simulator.front import Front

pytestmark = pytest.mark.loopback

LIFT = b'{"do": "lift"}'


def test_a_page_that_goes_away_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    with Server(0, {"/": (Scene(), lambda _hand: None)}) as server:
        for trouble, told in ((BrokenPipeError(), False), (ZeroDivisionError(), True)):
            try:
                raise trouble
            except type(trouble):
                server.handle_error(None, ("127.0.0.1", 1))
            assert bool(capsys.readouterr().err) == told


def test_the_page_and_its_guards(front: Front) -> None:
    status, headers, body = front.ask("GET", "/")
    assert status == 200
    assert b"<!doctype html>" in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert front.ask("GET", "/", Host=f"localhost:{front.netloc.split(':')[1]}")[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "", None])
@pytest.mark.parametrize("request_line", [("GET", "/"), ("GET", "/events"), ("POST", "/hands")])
def test_another_host_is_refused(
    front: Front, host: str | None, request_line: tuple[str, str]
) -> None:
    assert front.ask(*request_line, LIFT, Host=host)[0] == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", None])
def test_a_hand_from_another_origin_is_refused(front: Front, origin: str | None) -> None:
    assert front.ask("POST", "/hands", LIFT, Origin=origin)[0] == 403


@pytest.mark.parametrize(
    "path", ["/nosuch", "/slips/99999.png", "/slips/x.png", "/../web.py", "/index.html?x=1"]
)
def test_an_unknown_path_is_not_found(front: Front, path: str) -> None:
    assert front.ask("GET", path)[0] == 404
    assert front.ask("POST", path, LIFT)[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"do": "dance"}',
        b'{"do": "press"}',
        b'{"do": "press", "button": "D"}',
        b'{"do": "lay", "card": "nobody"}',
        b'{"do": "lift", "card": "wang"}',
        b'{"do": "turn", "switch": "power", "on": 1}',
        json.dumps({"do": "scan", "text": "x" * 513}).encode(),
    ],
)
def test_a_malformed_hand_is_told_why(front: Front, body: bytes) -> None:
    status, _, why = front.ask("POST", "/hands", body)
    assert status == 400
    assert why.startswith(b"400 ")


def test_a_hand_is_json_of_a_known_and_small_length(front: Front) -> None:
    assert front.ask("POST", "/hands", LIFT, Content_Type="text/plain")[0] == 415
    assert front.ask("POST", "/hands", LIFT, Content_Length=None)[0] == 411
    assert front.ask("POST", "/hands", LIFT, Content_Length="-1")[0] == 411
    assert front.ask("POST", "/hands", LIFT, Content_Length="5000")[0] == 413
    assert front.ask("POST", "/hands", LIFT)[0] == 204


def test_an_onlooker_is_told_everything_first(front: Front) -> None:
    with socket.create_connection(tuple(front.netloc.split(":")), 10) as link:  # type: ignore[arg-type]
        link.sendall(f"GET /events HTTP/1.1\r\nHost: {front.netloc}\r\n\r\n".encode())
        with link.makefile("rb") as lines:
            heads = list(iter(lines.readline, b"\r\n"))
            assert any(b"text/event-stream" in head for head in heads)
            assert lines.readline() == b"event: scene\n"
            scene = json.loads(lines.readline().removeprefix(b"data: "))
    assert {"frame", "lines", "lamp", "switches", "slips", "wallet", "phase"} <= set(scene)


def test_it_listens_on_loopback_only(front: Front) -> None:
    port = int(front.netloc.split(":")[1])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    listening = "0A"
    local = [row[1].split(":") for row in rows if row[3] == listening]
    assert {host for host, at in local if int(at, 16) == port} == {"0100007F"}


def test_a_taken_port_is_said(front: Front, tmp_path: Path) -> None:
    port = front.netloc.split(":")[1]
    command = [sys.executable, "-m", "kiosk.cli", "simulate", "--port", port]
    done = subprocess.run(
        [*command, "--data", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert f"port {port}" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_while_it_still_opens_it_leaves_nothing(
    prepared: Path, tmp_path: Path, number: signal.Signals
) -> None:
    shutil.copytree(prepared, tmp_path / "shop")
    Front(tmp_path / "shop").stop(number)
