"""A scanner to show codes to, and three buttons to press."""

from kiosk.domain import media
from kiosk.domain.devices import Button
from kiosk.domain.errors import Malformed
from kiosk.domain.events import (
    BackHeld,
    ButtonPressed,
    CodeRejected,
    CodeScanned,
    PartChanged,
)
from kiosk.drivers.contacts import state
from kiosk.drivers.virtual.plug import EventQueue


class VirtualScanner(EventQueue):
    """A code scanner."""

    def scan(self, text: str) -> None:
        """Show a code."""
        try:
            self.post(CodeScanned(media.from_text(text)))
        except Malformed:
            self.post(CodeRejected())


class VirtualButtons(EventQueue):
    """Three buttons, already debounced."""

    def press(self, button: Button) -> None:
        """Press a button and let go."""
        self.post(ButtonPressed(button))

    def hold_back(self) -> None:
        """Hold C down, and let go."""
        self.press(Button.C)
        self.post(BackHeld())

    def stick(self, *buttons: Button) -> None:
        """Let these be down all the time, which is told once; none puts all right."""
        self.post(PartChanged(state(buttons)))
