"""Code scanners: one on a pty behind a symlink, one that is a keyboard, on a FIFO."""

import errno
import os
import pty
import queue
import re
import threading
import time
import tty
from collections.abc import Iterable
from pathlib import Path

from kiosk.drivers import keys

HEADER = Path("/usr/include/linux/input-event-codes.h")


class _Cable:
    """Writes in order, from a thread of its own: a long code waits for its reader."""

    def __init__(self) -> None:
        self.end = -1
        self._said: queue.Queue[tuple[int, bytes]] = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def plug(self, end: int) -> None:
        os.set_blocking(end, False)
        self.end = end

    def unplug(self) -> None:
        end, self.end = self.end, -1
        if end >= 0:
            self._said.join()
            os.close(end)

    def send(self, data: bytes) -> None:
        """Say this; an unplugged scanner says nothing."""
        if self.end >= 0:
            self._said.put((self.end, data))

    def stop(self) -> None:
        self.unplug()
        self._said.put((-1, b""))
        self._thread.join(5)

    def _run(self) -> None:
        while True:
            end, data = self._said.get()
            while data and end == self.end:
                try:
                    data = data[os.write(end, data[:1024]) :]
                except BlockingIOError:
                    time.sleep(0.001)
            self._said.task_done()
            if end < 0:
                return


class SerialScanner(_Cable):
    """The scanner; `link` is the name that udev would give its port."""

    def __init__(self, link: Path) -> None:
        super().__init__()
        self.link = link
        self.replug()

    def replug(self) -> None:
        """Plug it in: a new port behind the same name."""
        end, port = pty.openpty()
        tty.setraw(port)
        self.link.symlink_to(os.ttyname(port))
        os.close(port)
        self.plug(end)

    def unplug(self) -> None:
        self.link.unlink(missing_ok=True)
        super().unplug()


class KeyboardScanner(_Cable):
    """The scanner; `path` is its event device.  `held` lets another program have grabbed it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.held = path, False
        self.replug()

    def replug(self) -> None:
        """Plug it in: a new device of the same name."""
        os.mkfifo(self.path)
        self.plug(os.open(self.path, os.O_RDWR))

    def unplug(self) -> None:
        self.path.unlink(missing_ok=True)
        super().unplug()

    def grab(self, _file: int) -> None:
        """Answer EVIOCGRAB, which a FIFO does not know."""
        if self.held:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    def type(self, text: str) -> None:
        """Type on a US keyboard; Enter for CR and LF."""
        self.send(recording(text))


def key_codes() -> dict[str, int]:
    """Read the kernel's own list: A -> 30, LEFTSHIFT -> 42."""
    found = re.findall(r"(?m)^#define KEY_(\w+)\s+(\d+)\b", HEADER.read_text())
    return {name: int(number) for name, number in found}


_NAMES = {
    "-": "MINUS",
    "=": "EQUAL",
    "[": "LEFTBRACE",
    "]": "RIGHTBRACE",
    ";": "SEMICOLON",
    "'": "APOSTROPHE",
    "`": "GRAVE",
    "\\": "BACKSLASH",
    ",": "COMMA",
    ".": "DOT",
    "/": "SLASH",
    " ": "SPACE",
    "\r": "ENTER",
    "\n": "ENTER",
    "\t": "TAB",
}
_WITH_SHIFT = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))


def event(kind: int, code: int, value: int) -> bytes:
    """Make one event."""
    return keys.EVENT.pack(1_700_000_000, 123_456, kind, code, value)


REPORT = event(keys.EV_SYN, keys.SYN_REPORT, 0)
DROPPED = event(keys.EV_SYN, keys.SYN_DROPPED, 0)


def stroke(code: int, *values: int) -> bytes:
    """Make what the kernel tells of one key: the scan code, the key, the end of the report."""
    return b"".join(event(4, 4, 0x70000 + code) + event(1, code, v) + REPORT for v in values)


def recording(text: str) -> bytes:
    """Make what the kernel tells when a scanner types this."""
    codes = key_codes()
    return b"".join(_character(character, codes) for character in text)


def _character(character: str, codes: dict[str, int]) -> bytes:
    plain = _WITH_SHIFT.get(character, character.lower())
    typed = stroke(codes[_NAMES.get(plain, plain.upper())], keys.DOWN, keys.UP)
    if plain == character:
        return typed
    shift = codes["LEFTSHIFT"]
    return stroke(shift, keys.DOWN) + typed + stroke(shift, keys.UP)


def in_pieces(data: bytes, sizes: Iterable[int]) -> Iterable[bytes]:
    """Cut into pieces of these sizes; the rest is the last."""
    for size in sizes:
        if data:
            yield data[:size]
            data = data[size:]
    if data:
        yield data
