"""One counter of the shop: its kiosk as hands work it, the network cable, what is to be seen."""

from collections.abc import Mapping
from typing import Any

from kiosk.domain.devices import Part
from kiosk.simulator import hands
from kiosk.simulator.hands import Switch
from kiosk.simulator.scene import Scene
from kiosk.simulator.shop import Shop

Cards = Mapping[str, Mapping[str, Any]]
"""The demo cards, by name."""


class Counter:
    """The kiosk of `terminal`.  The stagehand's thread alone works it.

    `opened` tells whether its kiosk was switched on for the first time.
    """

    def __init__(self, shop: Shop, terminal: str, scene: Scene, cards: Cards) -> None:
        self._shop, self._terminal, self.scene = shop, terminal, scene
        self._till = shop.kiosks[terminal]
        self._cards = cards
        self._switches = dict.fromkeys(Switch, True)
        self.opened = False
        scene.show(phase="preparing", switches=self._switches, card=None, fallen=[], admin=None)

    @property
    def fallen(self) -> bool:
        """Tell whether its kiosk ended by itself."""
        on = self.opened and self._switches[Switch.POWER]
        return on and not self._till.process.running

    def open(self) -> None:
        """Switch the kiosk on, the first time that somebody comes."""
        if not self.opened:
            self.opened = True
            self._shop.start_one(self._terminal)

    def look(self) -> None:
        """Tell once that it is ready for cards."""
        if self._till.seen.ready and self.scene.value("phase") == "starting":
            self.scene.show(phase="open")

    def lift(self) -> None:
        """Take away what lies on the reader."""
        self._till.do(do="lift")
        self.scene.show(card=None)

    def show_switch(self, switch: Switch, *, on: bool) -> None:
        """Show a switch as it now is."""
        self._switches = {**self._switches, switch: on}
        self.scene.show(switches=self._switches)

    def do(self, hand: hands.Hand) -> None:
        """Do what a hand does at this counter."""
        till, scene = self._till, self.scene
        match hand:
            case hands.Lay(card=name):
                self._lay(name)
            case hands.Lift():
                self.lift()
            case hands.Scan(text=text):
                till.do(do="scan", text=text)
            case hands.Press(button=button):
                till.do(do="press", button=button)
            case hands.Hold():
                till.do(do="hold")
            case hands.Turn(switch=switch, on=on):
                if self._switches[switch] != on:
                    self._turn(switch, on=on)
                    self.show_switch(switch, on=on)
            case hands.Tear():
                scene.tear()
            case hands.Sweep():
                scene.sweep()

    def _lay(self, name: str) -> None:
        card = self._cards[name]
        if "uid" in card:
            self._till.do(do="lift")
            self.scene.show(card=name)
        else:
            self.scene.cue(shown=name)
        self._till.present(card)

    def _turn(self, switch: Switch, *, on: bool) -> None:
        shop, till = self._shop, self._till
        match switch:
            case Switch.POWER:
                (shop.start_one if on else shop.kill_one)(self._terminal)
            case Switch.NETWORK:
                cable = shop.cables[self._terminal]
                (cable.plug if on else cable.pull)()
            case Switch.PAPER | Switch.COVER:
                till.do(do=switch, on=on)
            case Switch.READER | Switch.DISPLAY:
                till.do(do="plug", part=Part(switch), on=on)
            case Switch.ANSWERS:
                till.do(do="answers", part=Part.PRINTER, on=on)
