"""The kiosk's process as the simulator holds it: commands in, sightings out.

What belongs to the world and not to the kiosk survives a power cut here: the card that lies on
the reader, the paper in the printer, the slips already torn off.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kiosk.simulator.processes import Process
from kiosk.simulator.scenario import Awaited, Expect, Seen

Listener = Callable[[dict[str, Any]], None]


class Till:
    """A kiosk in a process of its own.  `seen` is guarded by `changed`."""

    def __init__(self, config: Path, log: Path, listener: Listener = lambda _: None) -> None:
        command = [sys.executable, "-m", "kiosk.simulator.bench", str(config)]
        self.process = Process("kiosk", command, log)
        self.seen = Seen()
        self.changed = threading.Condition()
        self._listener = listener
        self._child: subprocess.Popen[str] | None = None
        self._ears: threading.Thread | None = None
        self._standing: dict[str, dict[str, Any]] = {}
        """Commands that describe how the world is, by what they are about."""

    def start(self) -> None:
        """Switch it on; the world is as it was."""
        self._child = self.process.start(pipes=True)
        with self.changed:
            self.seen.screen, self.seen.lamp = [], ""
            self.seen.online = self.seen.ready = False
        self._listener({"power": True})
        self._ears = threading.Thread(target=self._listen, args=(self._child,), daemon=True)
        self._ears.start()
        for command in self._standing.values():
            self._send(command)

    def stop(self) -> None:
        """Shut it down in order."""
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
            try:
                self._child.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._deaf()

    def kill(self) -> None:
        """Cut the power."""
        self.process.kill()
        self._deaf()

    def _deaf(self) -> None:
        if self._ears is not None:
            self._ears.join(5)

    def do(self, **command: Any) -> None:
        """Move a hand at the kiosk."""
        match command["do"]:
            case "lay":
                self._standing["card"] = command
            case "lift":
                self._standing.pop("card", None)
            case "paper" | "cover" | "disk":
                self._standing[command["do"]] = command
            case "plug" | "answers":
                self._standing[f"{command['do']} {command['part']}"] = command
        if self.process.running:
            self._send(command)

    def present(self, card: Mapping[str, Any]) -> None:
        """Lay a demo card on the reader; one that is only a code is shown to the scanner."""
        if "uid" in card:
            self.do(do="lay", uid=card["uid"], token=card.get("token"))
        else:
            self.do(do="scan", text=f"PM1:{card['token']}")

    def wait(self, expect: Expect, seconds: float) -> list[str]:
        """Wait until all has come as expected (see Expect); return what has not."""
        awaited = Awaited(expect)
        with self.changed:
            self.changed.wait_for(lambda: not awaited.missing(self.seen), seconds)
            return awaited.missing(self.seen)

    def wait_ready(self, seconds: float) -> bool:
        """Wait until central has answered and the directory and the allowances are here."""
        with self.changed:
            return self.changed.wait_for(lambda: self.seen.ready, seconds)

    def _send(self, command: dict[str, Any]) -> None:
        if self._child is None or self._child.stdin is None:
            return
        try:
            self._child.stdin.write(json.dumps(command) + "\n")
            self._child.stdin.flush()
        except (BrokenPipeError, ValueError):
            return  # it has just died; the world keeps the command

    def _listen(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        with child.stdout as said:
            for line in said:
                if not line.endswith("\n"):
                    break  # the power was cut in the middle of a word
                message = json.loads(line)
                # first, so that a transcript has a screen before what somebody does upon it
                self._listener(message)
                with self.changed:
                    self._take_in(message)
                    self.changed.notify_all()
        self._listener({"power": False})

    def _take_in(self, message: dict[str, Any]) -> None:
        seen = self.seen
        seen.screen = message.get("screen", seen.screen)
        seen.lamp = message.get("lamp", seen.lamp)
        if "slip" in message:
            seen.slips.append(message["slip"])
        if standing := message.get("standing"):
            seen.online, seen.rows = standing["online"], standing["last"]
            seen.acknowledged = standing["last"] - standing["waiting"]
            seen.ready = standing["ready"]
