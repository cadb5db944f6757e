"""The wire to a kiosk in a process of its own, at the moment when its power is cut."""

import threading
from pathlib import Path
from typing import Any

from kiosk.simulator.processes import Process
from kiosk.simulator.till import Till
from tests.peers.until import until


def test_what_was_said_before_the_power_cut_is_heard_and_then_the_cut(tmp_path: Path) -> None:
    heard: list[dict[str, Any]] = []
    listening, cut = threading.Event(), threading.Event()

    def hear(message: dict[str, Any]) -> None:
        heard.append(message)
        if "lamp" in message:
            listening.set()
            assert cut.wait(20)

    till = Till(tmp_path / "kiosk.toml", tmp_path / "kiosk.log", hear)
    words = """echo '{"lamp": "ok"}'; echo '{"screen": ["9"]}'; exec sleep 100"""
    till.process = Process("kiosk", ["sh", "-c", words], tmp_path / "kiosk.log")
    till.start()
    assert listening.wait(20)
    killing = threading.Thread(target=till.kill)
    killing.start()
    until(lambda: not till.process.running, "the power is off")
    cut.set()
    killing.join(20)
    assert not killing.is_alive()
    assert heard == [{"power": True}, {"lamp": "ok"}, {"screen": ["9"]}, {"power": False}]
