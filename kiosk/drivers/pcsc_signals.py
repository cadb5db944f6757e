"""The LEDs and the buzzer of PC/SC readers, told on the thread that owns the readers.

Sources: libccid's SCARDCONTOL.md (escape commands, which its driver option 0x0001 lets through);
pcsc-lite's API reference (a direct connection needs no card and excludes nobody).
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from kiosk.domain.devices import Lamp
from kiosk.domain.errors import CardGone
from kiosk.drivers import cards, reader_signals
from kiosk.drivers.reader_signals import ReaderSignals

log = logging.getLogger(__name__)

DEAF = (
    "takes no commands for its LEDs and buzzer while no card lies on it: set ifdDriverOptions to "
    "0x0001 in the Info.plist of its CCID driver, then: systemctl restart pcscd"
)

_ESCAPE = 1
"""The driver's number for an escape command (IOCTL_SMARTCARD_VENDOR_IFD_EXCHANGE)."""
_SAM = "SAM"
"""In the name of a reader's second slot, with the same LEDs: told twice, it would beep twice."""
_REST = 60.0
"""Seconds for which a reader that refused an escape command is sent no other."""

ToCard = Callable[[str, bytes], cards.Response]
"""Sends one APDU to the card on a reader.  Raises CardGone."""


class PcscSignals:
    """Sends what `signals` has to say to readers, over `context` of `scard` (pyscard's).

    Nothing here raises: a reader that refuses is told once in the log and otherwise left in peace,
    and a service that died shows at the reader's next poll.
    """

    def __init__(
        self, name: str, scard: Any, context: Any, signals: ReaderSignals, to_card: ToCard
    ) -> None:
        self._name, self._scard, self._context = name, scard, context
        self._signals, self._to_card = signals, to_card
        self._readers: frozenset[str] = frozenset()
        self._deaf: dict[str, float] = {}

    def changed(self) -> None:
        """A card came or went, and the firmware may have LEDs of its own mind: say them again."""
        self._signals.again()

    def send(self, readers: Iterable[str], lying: frozenset[str]) -> None:
        """Send the next command, if any, to all `readers`; `lying` are those with a card."""
        if (there := frozenset(readers)) != self._readers:
            self._readers = there
            self._deaf.clear()
            self._signals.again()
        command = self._signals.next()
        if command is None:
            return
        for reader in there:
            if _SAM in reader:
                continue
            if not (reader in lying and self._by_card(reader, command.apdu)):
                self._escape(reader, command.escape)

    def heard(self, readers: Iterable[str]) -> bool:
        """Tell whether all readers can be told without a card; their LEDs go dark."""
        dark = reader_signals.led(self._signals.model, Lamp.OFF)
        return all(self._escape(r, dark.escape) for r in readers if _SAM not in r)

    def _by_card(self, reader: str, apdu: bytes) -> bool:
        try:
            return self._to_card(reader, apdu).sw >> 8 == cards.OK >> 8
        except CardGone:
            return False

    def _escape(self, reader: str, data: bytes) -> bool:
        scard, now = self._scard, time.monotonic()
        if now < self._deaf.get(reader, now):
            return False
        hr, card, _ = scard.SCardConnect(self._context, reader, scard.SCARD_SHARE_DIRECT, 0)
        if hr != scard.SCARD_S_SUCCESS:
            return False
        hr, answer = scard.SCardControl(card, scard.SCARD_CTL_CODE(_ESCAPE), list(data))
        scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
        if hr == scard.SCARD_S_SUCCESS and reader_signals.accepted(bytes(answer)):
            return True
        if reader not in self._deaf:
            log.info("%s: %s %s", self._name, reader, DEAF)
        self._deaf[reader] = now + _REST
        return False
