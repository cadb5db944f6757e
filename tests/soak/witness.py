"""Sees every effect of the kiosk, and holds each success against the journal's file.

No success without a commit: when the green lamp, the beep or a proof comes, the row must be on the
disk, read by a connection of its own.
"""

import array
import contextlib
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kiosk.domain import desk
from kiosk.domain import effects as ef
from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.screens import Done, Refused, Screen
from kiosk.domain.transactions import CheckIn, decode

PROOFS = (Done, desk.Logged, desk.Loaded, desk.Voided)
_NEWEST = 8
"""Rows at the end of the chain among which a success must be: check-ins may come between."""


class Witness:
    """`screen` is the newest, `confirmed` the seqs of all successes, `wrong` what must not be."""

    def __init__(self, journal: Path) -> None:
        self.changed = threading.Condition()
        self.screen: Screen | None = None
        self.confirmed: array.array[int] = array.array("L")
        self.outcomes: Counter[str] = Counter()
        self.practising = self.testing = False
        self.wrong: list[str] = []
        self._journal = journal
        self._draft: ef.Draft | None = None
        self._proved: ef.Draft | None = None

    def see(self, effect: ef.Effect) -> None:
        """Take note; on the loop's thread, which nothing here may end."""
        try:
            self._see(effect)
        except Exception as e:
            self.wrong.append(f"the witness failed at {effect}: {e!r}")

    def _see(self, effect: ef.Effect) -> None:
        match effect:
            case ef.Commit(draft=draft) if not isinstance(draft.lines[0], CheckIn):
                self._draft = draft
            case ef.Light(Lamp.OK) | ef.Play(Sound.OK):
                self._succeeded(type(effect).__name__)
            case ef.Show(screen):
                self._look(screen)

    def wait(self, condition: Callable[[], object], seconds: float) -> bool:
        """Wait until it is so, looking again whenever the screen changes."""
        with self.changed:
            for _ in range(int(seconds / 0.01)):
                if condition():
                    return True
                self.changed.wait(0.01)
        return bool(condition())

    def _look(self, screen: Screen) -> None:
        if isinstance(screen, PROOFS):
            self._succeeded(type(screen).__name__)
            # what becomes of the slip draws a proof anew
            self.outcomes[type(screen).__name__] += not isinstance(self.screen, type(screen))
        elif isinstance(screen, Refused):
            self.outcomes[f"refused: {screen.reason}"] += 1
        with self.changed:
            self.screen = screen
            self.changed.notify_all()

    def _succeeded(self, how: str) -> None:
        if self.practising or self.testing:
            return
        if self._draft is None:
            self.wrong.append(f"{how} without anything to write")
        elif self._draft is not self._proved:
            self._prove(self._draft, how)

    def _prove(self, draft: ef.Draft, how: str) -> None:
        for seq, payload in self._newest():
            row = decode(payload)
            if (row.lines, row.at, row.member) == (draft.lines, draft.at, draft.member):
                self._proved = draft
                self.confirmed.append(seq)
                return
        self.wrong.append(f"{how}, and no such row on the disk: {draft.lines}")

    def _newest(self) -> list[tuple[int, bytes]]:
        sql = "SELECT seq, payload FROM chain ORDER BY seq DESC LIMIT ?"
        uri = f"file:{self._journal}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
            return db.execute(sql, (_NEWEST,)).fetchall()
