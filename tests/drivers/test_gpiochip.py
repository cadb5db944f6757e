"""The drivers on the real lgpio library, whose chip is a peer of the kernel's interface."""

import errno
import itertools
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.devices import Button, Lamp, Sound
from kiosk.domain.errors import DeviceDenied, DeviceError
from kiosk.domain.events import ButtonPressed
from kiosk.drivers import gpio
from kiosk.drivers.contacts import SETTLE
from kiosk.drivers.gpio import GpioButtons, GpioBuzzer, GpioLamps, GpioRelay
from kiosk.drivers.keyboard_scanner import KeyboardScanner
from kiosk.drivers.signals import LIGHTS
from tests.peers import gpiochip, scanner

GREEN, RED, BLUE, BUZZER, RELAY = 5, 6, 13, 18, 4
LINES = {Button.A: 17, Button.B: 27, Button.C: 22}
WAVES = (Lamp.READY, Lamp.BUSY, Lamp.FAULT)
ALL = [*LINES.values(), GREEN, RED, BLUE, BUZZER]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gpiochip.build(tmp_path_factory.mktemp("gpiochip"))


# --- what runs in the other process -------------------------------------------------------------


def presses() -> list[list[str]]:
    """Press cleanly, bounce, glitch for 2 ms and hold; a list of presses for each."""
    chip = gpiochip.world()
    buttons = GpioButtons(LINES)

    def act(moments: list[float], *levels: int) -> None:
        for level in levels:
            chip.chip_drive(LINES[Button.B], level)
            moments.append(time.monotonic())
            time.sleep(0.003)

    def watch() -> list[str]:
        # longer than SETTLE, however seldom this thread is run
        events = [event for _ in range(10) for event in buttons.poll(0.01)]
        return [event.button for event in events if isinstance(event, ButtonPressed)]

    def seen(*levels: int) -> list[str]:
        before = chip.chip_level(LINES[Button.B])
        while True:
            moments: list[float] = []
            hand = threading.Thread(target=act, args=(moments, *levels))
            hand.start()
            pressed: list[str] = []
            while hand.is_alive():
                pressed += watch()
            pressed += watch()
            if all(later - at < SETTLE / 2 for at, later in itertools.pairwise(moments)):
                return pressed
            # a busy machine held the hand up: that was no bounce, so once more from the beginning
            chip.chip_drive(LINES[Button.B], before)
            watch()

    each = [seen(0), seen(1), seen(0, 1, 0, 1, 0), seen(1, 0, 1, 0, 1), seen(0, 1), seen(0)]
    buttons.close()
    return each


def signs() -> dict[str, Any]:
    """Show every lamp and play every sound, all three parts open at the same time."""
    chip = gpiochip.world()
    buttons, lamps, buzzer = GpioButtons(LINES), GpioLamps(GREEN, RED, BLUE), GpioBuzzer(BUZZER)
    claimed = [chip.chip_claimed(line) for line in ALL]
    lights: dict[str, list[int]] = {}
    blinking: dict[str, list[bool]] = {}
    for lamp in Lamp:
        lamps.set(lamp)
        lights[lamp] = [chip.chip_level(line) for line in (GREEN, RED, BLUE)]
        before = [chip.chip_changes(line) for line in (GREEN, RED, BLUE)]
        changes = before
        end = time.monotonic() + (20 if lamp in WAVES else 0.1)
        while time.monotonic() < end and changes == before:
            time.sleep(0.01)
            changes = [chip.chip_changes(line) for line in (GREEN, RED, BLUE)]
        blinking[lamp] = [after > n for after, n in zip(changes, before, strict=True)]
    sounds = {}
    for sound in Sound:
        began, before_sound = time.monotonic(), chip.chip_changes(BUZZER)
        buzzer.play(sound)
        sounds[sound] = [time.monotonic() - began, chip.chip_changes(BUZZER) - before_sound]
    silent = chip.chip_level(BUZZER)
    lamps.set(Lamp.FAULT)
    for part in (buttons, lamps, buzzer):
        part.close()
    after = [chip.chip_claimed(line) for line in ALL]
    return {
        "claimed": claimed,
        "lights": lights,
        "blinking": blinking,
        "sounds": sounds,
        "silent": silent,
        "after": after,
        "opened": chip.chip_opened(),
    }


def pulses() -> dict[str, list[int]]:
    """Close a relay that is active low; its line's level before, in and after, and its changes."""
    chip, levels = gpiochip.world(), list[int]()
    relay = GpioRelay(RELAY, active_low=True, wait=lambda _: levels.append(chip.chip_level(RELAY)))
    levels.append(chip.chip_level(RELAY))
    changes = [chip.chip_changes(RELAY)]
    relay.pulse(0.5)
    changes.append(chip.chip_changes(RELAY))
    relay.close()
    return {"levels": levels, "changes": changes, "claimed": [chip.chip_claimed(RELAY)]}


def refusals() -> list[str]:
    """Meet a chip that may not be opened, then a line that another program holds."""
    chip = gpiochip.world()
    gpio.DEV = Path.cwd()
    (gpio.DEV / "gpiochip0").touch()
    said = []
    chip.chip_refuse(errno.EACCES)
    for _ in range(2):
        try:
            GpioBuzzer(BUZZER)
        except DeviceDenied as error:
            said.append(str(error))
    chip.chip_refuse(0)
    chip.chip_hold(RED, 1)
    try:
        GpioLamps(GREEN, RED)
    except DeviceDenied as error:
        said.append(str(error))
    chip.chip_hold(RED, 0)
    GpioLamps(GREEN, RED).close()
    return said


def unwritable() -> str:
    """Import lgpio where it cannot make its pipe."""
    os.environ["LG_WD"] = "/proc/self"
    try:
        GpioBuzzer(BUZZER)
    except DeviceError as error:
        return f"{type(error).__name__}: {error}"
    return "opened"


def grabbed() -> list[str]:
    """Open one event device twice with the real ioctl, then once more after the first is closed."""
    peer = scanner.KeyboardScanner(Path("event-kbd"))
    first = KeyboardScanner(str(peer.path))
    said = []
    try:
        KeyboardScanner(str(peer.path))
    except DeviceDenied as error:
        said.append(str(error))
    first.close()
    again = KeyboardScanner(str(peer.path))
    peer.type("PM1:tok_0123456789\r")
    said += [type(event).__name__ for event in again.poll(5)]
    again.close()
    peer.stop()
    return said


# --- what is expected of it -------------------------------------------------------------------


def test_presses_bounces_and_glitches(library: Path, tmp_path: Path) -> None:
    seen = gpiochip.run(library, __name__, "presses", tmp_path)
    assert seen == [["B"], [], ["B"], [], [], ["B"]]


def test_lamps_and_sounds(library: Path, tmp_path: Path) -> None:
    seen = gpiochip.run(library, __name__, "signs", tmp_path)
    assert seen["claimed"] == [1] * len(ALL)
    assert seen["after"] == [0] * len(ALL)
    assert seen["opened"] == 1
    for lamp in (Lamp.OFF, Lamp.OK, Lamp.REFUSED):
        assert seen["lights"][lamp] == [light.percent > 0 for light in LIGHTS[lamp]]
        assert not any(seen["blinking"][lamp])
    for lamp in WAVES:
        assert seen["blinking"][lamp] == [light.hertz > 0 for light in LIGHTS[lamp]]
    # a blink begins with light, however slow it is
    assert seen["lights"][Lamp.FAULT] == [0, 1, 0]
    for seconds, edges in seen["sounds"].values():
        assert seconds < 5
        assert edges > 20
    assert seen["silent"] == 0


def test_a_relay_is_open_from_the_start_and_closes_once(library: Path, tmp_path: Path) -> None:
    seen = gpiochip.run(library, __name__, "pulses", tmp_path)
    assert seen["levels"] == [1, 0, 1]
    before, after = seen["changes"]
    assert after - before == 2
    assert seen["claimed"] == [0]


def test_refusals_say_what_to_do(library: Path, tmp_path: Path) -> None:
    said = gpiochip.run(library, __name__, "refusals", tmp_path)
    assert ["usermod -aG gpio kiosk" in one for one in said] == [True, True, False]
    assert "holds GPIO 6" in said[2]


def test_a_folder_that_takes_no_pipe_is_named(library: Path, tmp_path: Path) -> None:
    said = gpiochip.run(library, __name__, "unwritable", tmp_path)
    assert said.startswith("DeviceDenied: lgpio cannot make its pipe in /proc/self")
    assert "LG_WD" in said


def test_the_grab_is_the_kernels_ioctl(library: Path, tmp_path: Path) -> None:
    held, event = gpiochip.run(library, __name__, "grabbed", tmp_path)
    assert "another program holds event-kbd" in held
    assert event == "CodeScanned"
