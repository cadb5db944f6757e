"""Buttons, lamps and buzzer: rpi-lgpio on a chip in tests/peers, and the virtual ones."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from kiosk.domain.devices import Button, Lamp, Part, Sound
from kiosk.domain.events import BackHeld, Stimulus
from kiosk.drivers.gpio import GpioButtons, GpioBuzzer, GpioLamps
from kiosk.drivers.ports import BuzzerPort, InputPort, LampsPort
from kiosk.drivers.signals import LIGHTS, TONES, Lights
from kiosk.drivers.virtual.inputs import VirtualButtons
from kiosk.drivers.virtual.outputs import VirtualBuzzer, VirtualLamps
from tests.contracts.polling import during
from tests.peers import gpio as peers
from tests.peers.until import until

LINES = {Button.A: 17, Button.B: 27, Button.C: 22}
GREEN, RED, BLUE, BUZZER = 5, 6, 13, 18
SETTLED = 0.05
"""Seconds after which a contact has surely been seen as it is."""

R = TypeVar("R")


class OnChip:
    """A rig whose parts are on one GPIO chip."""

    def __init__(self) -> None:
        self.chip = peers.Chip()

    def lose(self) -> None:
        self.chip.broken = "GPIO not allocated"


@contextlib.contextmanager
def rigged(make: Callable[[], R]) -> Iterator[R]:
    """Make a rig; while it is used, its chip is the one that RPi.GPIO finds."""
    rig = make()
    with contextlib.ExitStack() as stack:
        if isinstance(rig, OnChip):
            stack.enter_context(peers.installed(rig.chip))
        yield rig


class Buttons(Protocol):
    """What a contract test does to buttons.  `press` presses one and lets go, while polled."""

    def open(self) -> InputPort: ...
    def press(self, button: Button, buttons: InputPort) -> list[Stimulus]: ...
    def hold_back(self, buttons: InputPort) -> list[Stimulus]: ...
    def lose(self) -> None: ...


class VirtualButtonsRig:
    def __init__(self) -> None:
        self.device = VirtualButtons()
        self.open, self.lose = self.device.open, self.device.unplug

    def press(self, button: Button, buttons: InputPort) -> list[Stimulus]:
        self.device.press(button)
        return list(buttons.poll(1))

    def hold_back(self, buttons: InputPort) -> list[Stimulus]:
        self.device.hold_back()
        return list(buttons.poll(1))


class GpioButtonsRig(OnChip):
    def open(self) -> InputPort:
        return GpioButtons(LINES)

    def press(self, button: Button, buttons: InputPort) -> list[Stimulus]:
        seen: list[Stimulus] = []
        for level in (0, 1):
            for bounce in (level, 1 - level, level, 1 - level, level):
                self.chip.hold(LINES[button], bounce)
                seen += buttons.poll(0.003)
            seen += during(buttons, SETTLED)
        return seen

    def let_go(self, button: Button) -> None:
        """Let go of a button, and wait until whoever samples it has seen it open."""
        self.chip.hold(LINES[button], None)
        looks = self.chip.reads + 12 * len(LINES)
        until(lambda: self.chip.reads >= looks, "looks at the buttons")

    def hold_back(self, buttons: InputPort) -> list[Stimulus]:
        seen: list[Stimulus] = []

        def told() -> bool:
            seen.extend(buttons.poll(0.25))
            return BackHeld() in seen

        self.chip.hold(LINES[Button.C], 0)
        until(told, "that C is held down")
        self.chip.hold(LINES[Button.C], 1)
        return seen + during(buttons, SETTLED)


class Signals(Protocol):
    """Lamps and a buzzer, and what a bystander sees and hears of them."""

    def lamps(self) -> LampsPort: ...
    def buzzer(self) -> BuzzerPort: ...
    def seen(self) -> Lamp: ...
    def heard(self) -> list[Sound]: ...
    def lose(self) -> None: ...


class VirtualSignalsRig:
    def __init__(self) -> None:
        self._lamps, self._buzzer = VirtualLamps(), VirtualBuzzer()
        self.lamps, self.buzzer = self._lamps.open, self._buzzer.open

    def device(self, part: Part) -> VirtualLamps | VirtualBuzzer:
        return self._lamps if part is Part.LAMPS else self._buzzer

    def seen(self) -> Lamp:
        return self._lamps.lamp

    def heard(self) -> list[Sound]:
        return self._buzzer.played

    def lose(self) -> None:
        self._lamps.unplug()
        self._buzzer.unplug()


class GpioSignalsRig(OnChip):
    def lamps(self) -> LampsPort:
        return GpioLamps(GREEN, RED, BLUE)

    def buzzer(self) -> BuzzerPort:
        return GpioBuzzer(BUZZER, wait=lambda _: None)

    def seen(self) -> Lamp:
        lights = Lights(*(self.chip.light(line) for line in (GREEN, RED, BLUE)))
        [lamp] = [lamp for lamp, shown in LIGHTS.items() if shown == lights]
        return lamp

    def heard(self) -> list[Sound]:
        tones = [hertz for line, hertz, _ in self.chip.waves if line == BUZZER]
        sounds: list[Sound] = []
        while tones:
            scores = {sound: [t.hertz for t in TONES[sound] if t.hertz] for sound in Sound}
            sounds.append(next(s for s, score in scores.items() if tones[: len(score)] == score))
            tones = tones[len(scores[sounds[-1]]) :]
        return sounds


BUTTONS: dict[str, Callable[[], VirtualButtonsRig | GpioButtonsRig]] = {
    "virtual": VirtualButtonsRig,
    "gpio": GpioButtonsRig,
}
SIGNALS: dict[str, Callable[[], VirtualSignalsRig | GpioSignalsRig]] = {
    "virtual": VirtualSignalsRig,
    "gpio": GpioSignalsRig,
}
