"""Card readers through PC/SC (pcscd): our own loop on SCardGetStatusChange, on pyscard's scard.

One context per PcscReader, used by its owner's thread alone; after any failure of the service the
owner closes this reader and opens a new one.  Why not pyscard's CardMonitor: docs/decisions/0006.
Sources: pcsc-lite's API reference (event counter in the upper word of a reader's state, the PnP
pseudo-reader); PC/SC part 5; ACR122U API 2.04, 6.7 (buzzer output at card detection).
"""

import contextlib
import logging
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from kiosk.domain.devices import Ailment
from kiosk.domain.errors import CardGone, DeviceAbsent, DeviceDenied, DeviceError, Malformed
from kiosk.domain.events import CardPresented, CardRemoved, CardUnreadable, Stimulus
from kiosk.domain.media import MediumKey
from kiosk.drivers import cards
from kiosk.drivers.field import Field, Slot
from kiosk.drivers.pcsc_signals import PcscSignals
from kiosk.drivers.reader_signals import ReaderSignals

log = logging.getLogger(__name__)

NO_BEEP = bytes.fromhex("FF00520000")

_PNP = r"\\?PnP?\Notification"
_ATTEMPTS = 3
_GRACE = 0.3
"""Seconds that another program may have a reader for itself: long enough to read a card."""
_PAUSE = 0.05
"""Seconds before a card that another program holds, or that was reset, is tried again."""
_SLICE = 0.05
"""Longest wait in seconds for a card where LEDs or buzzer may have something to say meanwhile."""


class _Laying(NamedTuple):
    """One card laid on one reader: its `turn` grows with each card laid there."""

    reader: str
    turn: int


class PcscReader:
    """Every PC/SC reader whose name contains `matching`, as one place to lay a card.

    Raises DeviceAbsent where pcscd does not run or no such reader is plugged in, DeviceDenied
    where pcscd refuses this user or another program holds such a reader.  `name` is the reader's
    name in the config.  Where it `beeps` not, the beep that an ACR122U makes of itself at each
    card is switched off.  Its LEDs and its buzzer say `signals`, between two cards: never while one
    is read, and not before one that has come.
    """

    def __init__(
        self,
        name: str,
        matching: str,
        beeps: bool = True,
        signals: ReaderSignals | None = None,
    ) -> None:
        from smartcard import scard  # 15 ms, and only where a PC/SC reader is configured

        self._scard: Any = scard
        self._name, self._matching = name, matching
        self._field: Field[_Laying] = Field(name)
        self._states: dict[str, int] = {}
        self._slots: dict[str, Slot] = {}
        self._lost: DeviceError | None = None
        self._held_since: float | None = None
        self._beeps, self._hushed = beeps, set[str]()
        hr, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        self._check(hr)
        self.signals: PcscSignals | None = None
        if signals is not None:
            self.signals = PcscSignals(name, scard, self._context, signals, self._to_card)
        try:
            there, _ = self._readers()
            asked = [(reader, scard.SCARD_STATE_UNAWARE) for reader in there]
            while self._held(scard.SCardGetStatusChange(self._context, 0, asked)[1]):
                time.sleep(_PAUSE)
        except DeviceError:
            self.close()
            raise

    def poll(self, seconds: float) -> list[Stimulus]:
        """Wait up to `seconds` for a card, then finish the whole exchange with it.

        Raises DeviceAbsent or DeviceDenied; a card that lay there is posted as removed first.
        """
        if self._lost is not None:
            raise self._lost
        self._hush()
        if self.signals is None:
            return self._look(seconds)
        end = time.monotonic() + seconds
        while True:
            left = max(0.0, end - time.monotonic())
            if events := self._look(min(left, _SLICE)):
                self.signals.changed()
                return events
            self.signals.send(self._states, frozenset(x.reader for x in self._lying()))
            if left <= _SLICE:
                return []

    def _look(self, seconds: float) -> list[Stimulus]:
        """Wait up to `seconds` for a change; read the card that it is about, if any."""
        try:
            torn = self._wait(seconds)
        except DeviceError as lost:
            events, _ = self._field.change(frozenset())
            if not events:
                raise
            self._lost = lost
            return events
        events, laying = self._field.change(self._lying())
        if laying is not None:
            events.append(self._read(laying.reader))
        elif torn and not events and not self._lying():
            events += [CardUnreadable(self._name), CardRemoved(self._name)]
        return events

    def heard(self) -> bool:
        """Tell whether every reader's LEDs can be told without a card; they go dark.

        Raises DeviceAbsent.
        """
        return self.signals is None or self.signals.heard(self._readers()[0])

    def close(self) -> None:
        """Give the context back; what pcscd says to that changes nothing."""
        self._scard.SCardReleaseContext(self._context)

    def _readers(self) -> tuple[list[str], int]:
        """Return the readers that match, and how many there are in all."""
        scard = self._scard
        present: list[str]
        hr, present = scard.SCardListReaders(self._context, [])
        if hr != scard.SCARD_E_NO_READERS_AVAILABLE:
            self._check(hr)
        matching = [r for r in present if self._matching.casefold() in r.casefold()]
        if not matching:
            wanted = f" whose name contains {self._matching!r}" if self._matching else ""
            there = ", ".join(present) or "none"
            raise DeviceAbsent(f"no card reader{wanted} is plugged in; there are: {there}")
        return matching, len(present)

    def _wait(self, seconds: float) -> bool:
        """Bring the states up to date; True when a card came and went between two looks."""
        scard = self._scard
        matching, total = self._readers()
        self._states = {r: self._states.get(r, scard.SCARD_STATE_UNAWARE) for r in matching}
        # one that was unplugged beeps again
        self._hushed &= set(matching)
        asked = [*self._states.items(), (_PNP, total << 16)]
        hr, answered = scard.SCardGetStatusChange(self._context, int(seconds * 1000), asked)
        # a reader that vanished since it was listed is missing from the next list
        if hr == scard.SCARD_E_UNKNOWN_READER:
            return False
        if hr != scard.SCARD_E_TIMEOUT:
            self._check(hr)
        self._held(answered)
        if hr == scard.SCARD_E_TIMEOUT:
            return False
        torn = [self._note(reader, state) for reader, state, _ in answered if reader != _PNP]
        return any(torn)

    def _note(self, reader: str, state: int) -> bool:
        """Take note of a reader's state; True when a card came and went since the last one."""
        scard = self._scard
        self._states[reader] = state & ~scard.SCARD_STATE_CHANGED
        slot = self._slots.setdefault(reader, Slot())
        present = bool(state & scard.SCARD_STATE_PRESENT)
        known = present or bool(state & scard.SCARD_STATE_EMPTY)
        return slot.note(present if known else None, state >> 16)

    def _lying(self) -> frozenset[_Laying]:
        slots = ((reader, self._slots.get(reader)) for reader in self._states)
        return frozenset(_Laying(r, slot.turn) for r, slot in slots if slot and slot.present)

    def _read(self, reader: str) -> Stimulus:
        if self._states[reader] & self._scard.SCARD_STATE_MUTE:
            log.info("%s: a mute card", self._name)
            return CardUnreadable(self._name)
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE)
            try:
                return CardPresented(reader=self._name, medium=self._exchange(reader))
            except (CardGone, Malformed) as e:
                log.info("%s: card not read: %s", self._name, e)
                if isinstance(e, Malformed):
                    break
        return CardUnreadable(self._name)

    def _exchange(self, reader: str) -> MediumKey:
        """Read one card, all of it over one connection.  Raises CardGone or Malformed."""
        with self._connection(reader) as (card, transmit):
            hr, _, _, _, atr = self._scard.SCardStatus(card)
            self._check_card(hr)
            return cards.run(cards.identify(cards.kind_of_atr(bytes(atr))), transmit)

    def _hush(self) -> None:
        """Switch a reader's own beep off, once a card lies there to send the command by.

        Not before that card has been read, so that no tap waits for it.  Whatever a reader without
        a buzzer answers is right.
        """
        for reader in () if self._beeps else {laying.reader for laying in self._lying()}:
            if reader not in self._hushed:
                self._hushed.add(reader)
                with contextlib.suppress(CardGone):
                    self._to_card(reader, NO_BEEP)

    def _to_card(self, reader: str, apdu: bytes) -> cards.Response:
        with self._connection(reader) as (_, transmit):
            return transmit(apdu)

    @contextlib.contextmanager
    def _connection(self, reader: str) -> Iterator[tuple[Any, cards.Transmit]]:
        """Connect alone: another program's SELECT between two of ours would change the file."""
        scard = self._scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        hr, card, protocol = scard.SCardConnect(
            self._context, reader, scard.SCARD_SHARE_EXCLUSIVE, protocols
        )
        self._check_card(hr)
        after = scard.SCARD_LEAVE_CARD
        pci = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

        def transmit(apdu: bytes) -> cards.Response:
            hr, answer = scard.SCardTransmit(card, pci, list(apdu))
            self._check_card(hr)
            return cards.parse(bytes(answer))

        try:
            yield card, transmit
        except CardGone:
            # a card that lost power for a moment answers again only after a reset
            after = scard.SCARD_RESET_CARD
            raise
        finally:
            scard.SCardDisconnect(card, after)

    def _held(self, answered: list[tuple[str, int, bytes]]) -> bool:
        """Tell whether another program has a reader for itself; raise DeviceDenied if for long.

        This one holds a reader only while it reads a card, never while it waits; another kiosk
        program does the same.
        """
        exclusive = self._scard.SCARD_STATE_EXCLUSIVE
        held = [reader for reader, state, _ in answered if reader != _PNP and state & exclusive]
        now = time.monotonic()
        self._held_since = (self._held_since or now) if held else None
        if self._held_since is not None and now - self._held_since >= _GRACE:
            raise DeviceDenied(
                f"another program holds {held[0]} for itself: end it; "
                "which there are: fuser -v /run/pcscd/pcscd.comm"
            )
        return bool(held)

    def _check_card(self, hr: int) -> None:
        """Raise CardGone for any failure with a card; a dead service shows at the next wait."""
        if hr != self._scard.SCARD_S_SUCCESS:
            raise CardGone(self._scard.SCardGetErrorMessage(hr))

    def _check(self, hr: int) -> None:
        scard = self._scard
        if hr == scard.SCARD_S_SUCCESS:
            return
        said = scard.SCardGetErrorMessage(hr)
        if hr in (scard.SCARD_W_SECURITY_VIOLATION, scard.SCARD_E_NO_ACCESS):
            raise DeviceDenied(f"pcscd refuses this user ({said}); see the polkit rule in systemd/")
        raise DeviceAbsent(
            f"pcscd does not answer ({said}); start it with: systemctl start pcscd.socket",
            Ailment.SILENT,
        )
