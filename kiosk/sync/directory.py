"""The directory of members: asking for it, and the order of its pages.

A set is page 0, 1, … up to the one marked `last`, all of one version.  A full set replaces the
directory; a delta applies to any directory at its `since` or newer.  Records are whole, so that
storing a page twice changes nothing.  Where a page is missing, the set is asked for again.
"""

import enum

from kiosk.domain.wire import DirectoryPage, DirectoryRequest
from kiosk.sync.actions import ApplyDirectory, Publish
from kiosk.sync.counters import Counters
from kiosk.sync.ports import Standing
from kiosk.sync.timer import Timer


class Verdict(enum.Enum):
    """What to do with a page."""

    STORE = enum.auto()
    STALE = enum.auto()
    GAP = enum.auto()


class PageOrder:
    """The set that is coming in, if any."""

    def __init__(self) -> None:
        self._set: tuple[bool, int] | None = None
        self._next = 0
        self.broken_full = False
        """A full set began and did not end; only another full set is sure to mend that."""

    def reset(self) -> None:
        """Forget the set that was coming in."""
        self.broken_full = self.broken_full or (self._set is not None and self._set[0])
        self._set = None

    @property
    def running(self) -> bool:
        """Whether a set is half in."""
        return self._set is not None

    def judge(self, page: DirectoryPage, own_version: int, *, asked: bool) -> Verdict:
        """Place a page, given the version of the directory on disk, and whether we asked."""
        this = (page.full, page.version)
        if page.page == 0:
            if self._is_old(page, own_version, asked=asked):
                return Verdict.STALE
            self.reset()
            if not page.full and (page.since > own_version or self.broken_full):
                return Verdict.GAP
            self._set, self._next = this, 0
        elif self._set != this:
            if page.version == own_version and self._set is None and not self.broken_full:
                return Verdict.STALE
            return self._gap()
        elif page.page < self._next:
            return Verdict.STALE
        elif page.page > self._next:
            return self._gap()
        self._next += 1
        if page.last:
            self._set, self.broken_full = None, False
        return Verdict.STORE

    def _is_old(self, page: DirectoryPage, own_version: int, *, asked: bool) -> bool:
        if self._set == (page.full, page.version):
            return self._next > 0
        if page.full:
            return not asked and page.version <= own_version
        return page.version < own_version

    def _gap(self) -> Verdict:
        self.reset()
        return Verdict.GAP


class Directory:
    """One conversation about the directory.  The timer runs while pages are awaited."""

    def __init__(self, timer: Timer, counters: Counters) -> None:
        self.timer, self._counters = timer, counters
        self._pages = PageOrder()

    def reset(self) -> None:
        """The connection, or central, is gone and its pages with it."""
        self._pages.reset()
        self.timer.reset()

    def welcomed(self, theirs: int, standing: Standing, mono: float) -> Publish | None:
        """Central's version is `theirs`: ask unless ours is the same, or on its way."""
        if self._pages.running:
            return None
        if theirs == standing.directory_version and not self._pages.broken_full:
            return None
        # theirs is lower when central was restored from a backup: begin anew
        return self.ask(standing, mono, whole=theirs < standing.directory_version)

    def ask(self, standing: Standing, mono: float, *, whole: bool = False) -> Publish:
        """Ask for what is missing, or for all of it."""
        self._pages.reset()
        self.timer.again(mono)
        since = 0 if whole or self._pages.broken_full else standing.directory_version
        return Publish.of(DirectoryRequest(journal=standing.journal, since=since))

    def refused(self, mono: float) -> None:
        """The journal did not take a page: ask for the set again, not at once."""
        self._pages.reset()
        self.timer.again(mono)

    def take(
        self, page: DirectoryPage, standing: Standing, mono: float
    ) -> ApplyDirectory | Publish | None:
        """Place a page that came: store it, drop it, or ask again for what is missing."""
        waiting = self.timer.armed
        match self._pages.judge(page, standing.directory_version, asked=waiting):
            case Verdict.STORE:
                self._counters.pages += 1
                if page.last:
                    self.timer.reset()
                else:
                    self.timer.start(mono)
                return ApplyDirectory(page)
            case Verdict.STALE:
                self._counters.stale += 1
            case Verdict.GAP:
                self._counters.gaps += 1
                if not waiting:
                    return self.ask(standing, mono)
        return None
