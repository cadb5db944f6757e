"""Card readers on a bare NFC chip: a PN532 module on a serial line, or a PN53x on USB.

The chip tells no change by itself, so the reader looks at the field every 20 ms (nfcpy's own loop
takes up to 500 ms).  It does what the firmware of a PC/SC reader would: it answers the two APDUs
that are for the reader, and carries the others to the card.
"""

import logging
import time

from kiosk.domain.errors import CardGone, DeviceError, Malformed
from kiosk.domain.events import CardPresented, CardUnreadable, Stimulus
from kiosk.domain.media import MediumKey
from kiosk.drivers import cards, targets
from kiosk.drivers.field import Field
from kiosk.drivers.pn532_chip import Chip, open_chip
from kiosk.drivers.targets import Laying, Looks, Target

log = logging.getLogger(__name__)

_INTERVAL = 0.02
"""Seconds between two looks at the field."""
_FAULTS = 3
"""Looks that fail in a row, on a line with noise, before the chip counts as lost."""
_ATTEMPTS = 5
_PAUSE = 0.03
"""Seconds between attempts: a card answers from further away than it can be read."""

_READ = 0x30
"""The Type 2 command that returns four pages (NFC Forum Type 2 Tag 1.0, 5.2)."""


class Pn532Reader:
    """The chip at `device`: a serial device file, or nfcpy's "usb", "usb:BUS:DEV".

    Raises DeviceAbsent, DeviceDenied or DeviceError.  `name` is the reader's name in the config.
    With `felica` it looks for FeliCa cards too, while no other card is there: a phone that is both
    is the other card.
    """

    def __init__(self, name: str, device: str, felica: bool = False) -> None:
        self._name, self._felica = name, felica
        self._lying: frozenset[Laying] = frozenset()
        self._field: Field[Laying] = Field(name)
        self._looks = Looks()
        self._faults = 0
        self._lost: DeviceError | None = None
        self.chip: Chip = open_chip(device)
        log.info("%s: %s at %s", name, self.chip.name, device)

    def poll(self, seconds: float) -> list[Stimulus]:
        """Look again and again for up to `seconds`; with a card, finish the whole exchange.

        Raises DeviceAbsent, DeviceDenied or DeviceError; a card that lay there is posted as
        removed first.
        """
        if self._lost is not None:
            raise self._lost
        end = time.monotonic() + seconds
        while not (events := self._look()):
            left = end - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(_INTERVAL, left))
        return events

    def close(self) -> None:
        """Switch the field off and give the chip back."""
        self.chip.close()

    def _look(self) -> list[Stimulus]:
        try:
            seen = targets.parse(self.chip.list_cards(targets.MOST))
            if self._felica and not seen and all(laying.felica for laying in self._lying):
                seen = targets.parse_felica(self.chip.list_felica())
        except DeviceError as e:
            return self._fault(e)
        self._faults = 0
        self._lying = self._looks.note(seen)
        events, laying = self._field.change(self._lying)
        if laying is not None:
            events.append(self._read(laying))
        return events

    def _fault(self, error: DeviceError) -> list[Stimulus]:
        """Let a look that failed pass; after several in a row, let the cards go and raise."""
        self._faults += 1
        if self._faults < _FAULTS:
            return []
        events, _ = self._field.change(frozenset())
        if not events:
            raise error
        self._lost = error
        return events

    def _read(self, laying: Laying) -> Stimulus:
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE)
            try:
                return CardPresented(reader=self._name, medium=self._exchange(laying))
            except (DeviceError, Malformed) as e:
                log.info("%s: card not read: %s", self._name, e)
                if isinstance(e, Malformed):
                    break
        return CardUnreadable(self._name)

    def _exchange(self, laying: Laying) -> MediumKey:
        """Read one card, all of it after one selection.  Raises DeviceError or Malformed.

        The UID is the one that two lists agree on: none comes from one frame that noise changed.
        """
        if laying.felica:
            listed = targets.parse_felica(self.chip.list_felica())
        else:
            listed = targets.parse(self.chip.list_cards(1, activate=True))
        if len(listed) != 1 or not targets.shows(listed[0], laying):
            raise CardGone("it is gone, or does not activate")
        exchange = cards.identify(listed[0].kind)
        return cards.run(exchange, lambda apdu: self._transmit(listed[0], apdu))

    def _transmit(self, target: Target, apdu: bytes) -> cards.Response:
        """Carry an APDU to the card; answer those that are for a PC/SC reader in its place."""
        if apdu == cards.GET_UID:
            return cards.Response(target.uid, cards.OK)
        if apdu.startswith(cards.READ_BINARY):
            page = apdu[len(cards.READ_BINARY)]
            return cards.Response(self.chip.exchange(bytes([_READ, page])), cards.OK)
        return cards.parse(self.chip.exchange(apdu))
