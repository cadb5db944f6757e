"""Buttons, lamps and buzzer, and what can befall them."""

from typing import Any

from kiosk.domain.devices import Button, Lamp, Part, PartState, Sound
from kiosk.domain.events import ButtonPressed
from kiosk.drivers.ports import BuzzerPort, LampsPort
from kiosk.drivers.virtual.inputs import VirtualButtons
from kiosk.drivers.virtual.outputs import VirtualBuzzer, VirtualLamps
from kiosk.runtime.jobs import OutputWorker
from kiosk.runtime.worker import Duty, InputWorker, Worker
from tests.contracts import gpio_rigs
from tests.contracts.counter import Counter
from tests.peers import gpio as gpio_peer
from tests.peers.until import until


class Virtual:
    """The plug and the hanging of a virtual device."""

    gone, hung = PartState.ABSENT, PartState.FAULT

    def __init__(self, device: VirtualButtons | VirtualLamps | VirtualBuzzer) -> None:
        self.unplug, self.plug = device.unplug, device.plug
        self.hang, self.go_on = device.hang, device.go_on


class OnChip:
    """The plug and the hanging of a part on GPIO lines."""

    gone, hung = PartState.FAULT, PartState.FAULT

    def __init__(self, chip: gpio_peer.Chip) -> None:
        self.chip = chip
        self.hang, self.go_on = chip.goes.clear, chip.goes.set

    def unplug(self) -> None:
        self.chip.broken = "GPIO not allocated"

    def plug(self) -> None:
        self.chip.broken = ""


class ButtonsRig:
    """The buttons."""

    part = Part.BUTTONS

    def __init__(self, rig: gpio_rigs.VirtualButtonsRig | gpio_rigs.GpioButtonsRig) -> None:
        self.rig = rig
        chip = rig.chip if isinstance(rig, gpio_rigs.GpioButtonsRig) else None
        ends = Virtual(rig.device) if isinstance(rig, gpio_rigs.VirtualButtonsRig) else None
        on: Virtual | OnChip | None = ends or (OnChip(chip) if chip else None)
        assert on is not None
        self.gone, self.hung = on.gone, on.hung
        self.unplug, self.plug, self.hang, self.go_on = on.unplug, on.plug, on.hang, on.go_on

    def worker(self, duty: Duty, post: Any) -> Worker[Any]:
        return InputWorker(duty, self.rig.open, post)

    def use(self, counter: Counter) -> None:
        if isinstance(self.rig, gpio_rigs.VirtualButtonsRig):
            self.rig.device.press(Button.A)
            counter.comes(ButtonPressed(Button.A))
            return
        self.rig.chip.hold(gpio_rigs.LINES[Button.A], 0)
        counter.comes(ButtonPressed(Button.A))
        self.rig.let_go(Button.A)

    def garbage(self, counter: Counter) -> None:
        """Noise is the contacts' own test; a button under a parcel is told."""

    def tear(self, counter: Counter) -> None:
        """The part is lost while a button is down: no press of it when it is back."""
        if isinstance(self.rig, gpio_rigs.VirtualButtonsRig):
            return
        self.rig.chip.hold(gpio_rigs.LINES[Button.A], 0)
        counter.comes(ButtonPressed(Button.A))
        self.unplug()
        counter.is_(PartState.FAULT)
        self.plug()
        counter.is_(PartState.READY)
        self.rig.let_go(Button.A)
        counter.comes()


def _set(device: LampsPort, lamp: Lamp) -> None:
    device.set(lamp)


def _play(device: BuzzerPort, sound: Sound) -> None:
    device.play(sound)


class SignalsRig:
    """Lamps or buzzer.  That they are gone shows when they are used next."""

    lamps: OutputWorker[LampsPort, Lamp] | None = None
    buzzer: OutputWorker[BuzzerPort, Sound] | None = None

    def __init__(
        self, rig: gpio_rigs.VirtualSignalsRig | gpio_rigs.GpioSignalsRig, part: Part
    ) -> None:
        self.rig, self.part = rig, part
        self.gone, self.hung = OnChip.gone, OnChip.hung
        if isinstance(rig, gpio_rigs.VirtualSignalsRig):
            self.gone, self.hung = Virtual.gone, Virtual.hung

    def _on(self) -> "Virtual | OnChip":
        if isinstance(self.rig, gpio_rigs.GpioSignalsRig):
            return OnChip(self.rig.chip)
        return Virtual(self.rig.device(self.part))

    def unplug(self) -> None:
        self._on().unplug()
        self._say(Lamp.BUSY, Sound.TAP)

    def plug(self) -> None:
        self._on().plug()

    def hang(self) -> None:
        self._on().hang()
        self._say(Lamp.BUSY, Sound.TAP)

    def _say(self, lamp: Lamp, sound: Sound) -> None:
        if self.lamps is not None:
            self.lamps.put(lamp)
        if self.buzzer is not None:
            self.buzzer.put(sound)

    def go_on(self) -> None:
        self._on().go_on()

    def worker(self, duty: Duty, post: Any) -> Worker[Any]:
        if self.part is Part.LAMPS:
            self.lamps = OutputWorker(duty, self.rig.lamps, _set, newest_only=True)
            return self.lamps
        self.buzzer = OutputWorker(duty, self.rig.buzzer, _play)
        return self.buzzer

    def use(self, counter: Counter) -> None:
        heard = len(self.rig.heard())
        for lamp in (Lamp.OK, Lamp.READY):
            self._say(lamp, Sound.OK)
            if self.part is Part.LAMPS:
                self._until_seen(lamp)
        if self.part is Part.BUZZER:
            until(lambda: self.rig.heard()[heard:] == [Sound.OK] * 2, "both sounds")

    def _until_seen(self, lamp: Lamp) -> None:
        until(lambda: self.rig.seen() is lamp, lamp)

    def garbage(self, counter: Counter) -> None:
        """Nothing comes from them."""

    def tear(self, counter: Counter) -> None:
        """Lost in the middle: lamps say the newest again, a sound is not made up for."""
        if not isinstance(self.rig, gpio_rigs.GpioSignalsRig):
            return
        self.rig.chip.lasts = 1
        self._say(Lamp.REFUSED, Sound.REFUSED)
        counter.is_(PartState.FAULT)
        self.plug()
        counter.is_(PartState.READY)
        if self.part is Part.LAMPS:
            self._until_seen(Lamp.REFUSED)
        else:
            assert Sound.REFUSED not in self.rig.heard()
