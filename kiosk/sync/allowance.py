"""Asking for allowance: one request at a time, its nonce on disk before it leaves (design, §6).

Central answers a nonce with one grant for ever, so that a request may be sent any number of times
and is sent until its grant is in.  Only grants raise what is held, and only the journal adds them.
"""

from collections.abc import Iterable

from kiosk.domain import wire
from kiosk.sync.actions import OpenRequest, Publish
from kiosk.sync.ports import Standing
from kiosk.sync.timer import Timer

MOST_ACCOUNTS = 1000
"""A request that would name more asks for all."""


class Asking:
    """What is wanted from central, and the request that is under way."""

    def __init__(self, timer: Timer) -> None:
        self.timer = timer
        self._all = False
        self._accounts: set[str] = set()
        self._opening: OpenRequest | None = None
        self._asked = ""

    def want(self, accounts: Iterable[str] | None) -> None:
        """Want what central can give of these accounts (None: of all)."""
        if accounts is None:
            self._all = True
        else:
            self._accounts.update(accounts)
        if len(self._accounts) > MOST_ACCOUNTS:
            self._all = True
        if self._all:
            self._accounts.clear()

    def restart(self) -> None:
        """Begin anew after a welcome: the pending nonce is asked again at once, then all."""
        self.pause()
        self.want(None)

    def pause(self) -> None:
        """Stop asking; the nonce on disk stays."""
        self._opening, self._asked = None, ""
        self.timer.reset()

    def opened(self, action: OpenRequest) -> None:
        """The journal has put the nonce on disk."""
        if action is self._opening:
            self._opening = None

    def step(self, standing: Standing, mono: float) -> Publish | OpenRequest | None:
        """Return the next thing to do, if any: send the pending nonce, or open a new request."""
        if standing.pending_nonce:
            return self._ask(standing, standing.pending_nonce, mono)
        if self._asked:
            self._asked = ""
            self.timer.reset()
        if self._opening is not None or not (self._all or self._accounts):
            return None
        self._opening = OpenRequest(None if self._all else tuple(sorted(self._accounts)))
        self._all = False
        self._accounts.clear()
        return self._opening

    def _ask(self, standing: Standing, nonce: str, mono: float) -> Publish | None:
        if nonce == self._asked and not self.timer.passed(mono):
            return None
        if nonce == self._asked:
            self.timer.again(mono)
        else:
            self._asked = nonce
            self.timer.start(mono)
        accounts = standing.pending_accounts
        request = wire.AllowanceRequest(
            journal=standing.journal,
            nonce=nonce,
            accounts=None if accounts is None else list(accounts),
        )
        return Publish.of(request)
