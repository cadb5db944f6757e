"""What there is to see: one table of values, and everybody who looks at it.

An onlooker gets the whole table first and then each change, in order and without a gap, so that a
page may come, go and reload at any time.  Cues (a beep) are told once and not remembered.
"""

import base64
import contextlib
import dataclasses as dc
import datetime as dt
import queue
import threading
from collections.abc import Iterator
from typing import Any

Message = tuple[str, dict[str, Any]]
"""("scene", values that are new) or ("cue", what happens just now)."""

_UNREAD = 500
"""Messages an onlooker may leave unread; then it is sent away, to come back and see it whole."""

_SLIPS = 40
"""Slips on the counter; older ones fall off."""

_DARK: dict[str, Any] = {
    "frame": None,
    "dimmed": False,
    "lines": [],
    "screen": "",
    "lamp": "off",
    "standing": None,
}
"""A kiosk without power."""


@dc.dataclass
class Printed:
    """A slip: its lines, its picture (a PNG), and whether it is torn off."""

    id: int
    lines: list[str]
    picture: bytes
    torn: bool = False


class Scene:
    """The table.  Any thread may change it or look at it."""

    def __init__(self, **values: Any) -> None:
        self._lock = threading.Lock()
        self._onlookers: set[queue.Queue[Message | None]] = set()
        self._watched = False
        self._slips: list[Printed] = []
        self._count = 0
        self._values: dict[str, Any] = {**_DARK, "slips": [], "acked": None, **values}

    # --- who looks ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def watch(self) -> Iterator["queue.Queue[Message | None]"]:
        """Give a queue of messages, the whole table first; None is the end."""
        messages: queue.Queue[Message | None] = queue.Queue()
        with self._lock:
            messages.put(("scene", dict(self._values)))
            self._onlookers.add(messages)
            self._watched = True
        try:
            yield messages
        finally:
            with self._lock:
                self._onlookers.discard(messages)

    @property
    def watched(self) -> bool:
        """Whether anybody has ever come to look."""
        with self._lock:
            return self._watched

    def end(self) -> None:
        """Send everybody home."""
        with self._lock:
            for onlooker in self._onlookers:
                onlooker.put(None)

    def value(self, key: str) -> Any:
        """Return one value."""
        with self._lock:
            return self._values.get(key)

    def picture(self, number: int) -> bytes | None:
        """Return the picture of a slip; None when there is no such slip."""
        with self._lock:
            return next((slip.picture for slip in self._slips if slip.id == number), None)

    # --- what changes -------------------------------------------------------------------------

    def show(self, **values: Any) -> None:
        """Change values; what stays the same is not told."""
        with self._lock:
            self._show(values)

    def cue(self, **what: Any) -> None:
        """Tell what happens just now."""
        with self._lock:
            self._tell(("cue", what))

    def hear(self, message: dict[str, Any]) -> None:
        """Take in what the kiosk's process has said."""
        if "slip" in message:
            self.print(message["slip"], base64.b64decode(message["paper"]))
        if "sound" in message:
            self.cue(sound=message["sound"])
        values: dict[str, Any] = {
            key: message[key] for key in ("frame", "dimmed", "lamp", "language") if key in message
        }
        if "screen" in message:
            values |= {"lines": message["screen"], "screen": message["name"]}
        if "standing" in message:
            values |= self._acknowledged(message["standing"])
        if "power" in message:
            values |= _DARK
        if values:
            self.show(**values)

    def print(self, lines: list[str], picture: bytes) -> None:
        """Let a slip come out of the printer; the one that hangs there falls on the counter."""
        with self._lock:
            self._tear()
            self._count += 1
            self._slips = [*self._slips, Printed(self._count, lines, picture)][-_SLIPS:]
            self._show_slips()

    def tear(self) -> None:
        """Tear off the slip that hangs from the printer."""
        with self._lock:
            self._tear()
            self._show_slips()

    def sweep(self) -> None:
        """Throw away what is torn off."""
        with self._lock:
            self._slips = [slip for slip in self._slips if not slip.torn]
            self._show_slips()

    def _acknowledged(self, standing: dict[str, Any]) -> dict[str, Any]:
        through = standing["last"] - standing["waiting"]
        acked = self.value("acked")
        if through > 0 and (acked is None or acked["seq"] != through):
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            acked = {"seq": through, "at": now}
        return {"standing": standing, "acked": acked}

    def _tear(self) -> None:
        for slip in self._slips:
            slip.torn = True

    def _show_slips(self) -> None:
        slips = [{"id": s.id, "lines": s.lines, "torn": s.torn} for s in self._slips]
        self._show({"slips": slips})

    def _show(self, values: dict[str, Any]) -> None:
        new = {key: value for key, value in values.items() if self._values.get(key) != value}
        self._values |= new
        if new:
            self._tell(("scene", new))

    def _tell(self, message: Message) -> None:
        for onlooker in list(self._onlookers):
            if onlooker.qsize() < _UNREAD:
                onlooker.put(message)
            else:
                onlooker.put(None)
                self._onlookers.discard(onlooker)
