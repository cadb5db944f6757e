"""One chip for three parts: claims, refusals, and giving back."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.devices import Button, Lamp, Sound
from kiosk.domain.errors import DeviceAbsent, DeviceDenied, LibraryAbsent
from kiosk.drivers import gpio, signals
from kiosk.drivers.gpio import GpioButtons, GpioBuzzer, GpioLamps
from tests.peers.gpio import PULL_UP, Chip, installed

LINES = {Button.A: 17, Button.B: 27, Button.C: 22}


@pytest.fixture
def chip() -> Iterator[Chip]:
    chip = Chip()
    with installed(chip):
        yield chip


def test_three_parts_share_one_chip_and_give_back_only_their_own(chip: Chip) -> None:
    buttons, lamps, buzzer = GpioButtons(LINES), GpioLamps(5, 6, 13), GpioBuzzer(18)
    assert chip.claimed() == [5, 6, 13, 17, 18, 22, 27]
    assert [chip.lines[line].pull for line in LINES.values()] == [PULL_UP] * 3
    lamps.set(Lamp.OK)
    buzzer.close()
    buttons.close()
    assert chip.claimed() == [5, 6, 13]
    assert chip.light(5) == signals.FULL
    again = GpioButtons(LINES)
    assert again.poll(0) == []
    again.close()
    lamps.close()
    assert chip.claimed() == []
    assert chip.opened == 1


def test_without_a_blue_lamp_green_says_that_it_works(chip: Chip) -> None:
    lamps = GpioLamps(5, 6)
    lamps.set(Lamp.BUSY)
    assert chip.light(5) == signals.BLINK
    lamps.set(Lamp.OK)
    assert chip.light(5) == signals.FULL
    lamps.close()


def test_the_same_again_does_not_start_a_blink_anew(chip: Chip) -> None:
    lamps = GpioLamps(5, 6)
    lamps.set(Lamp.FAULT)
    began = len(chip.waves)
    lamps.set(Lamp.FAULT)
    assert len(chip.waves) == began
    lamps.close()


def test_a_line_that_is_taken_is_named_and_the_others_are_given_back(chip: Chip) -> None:
    chip.lines[6].held = True
    with pytest.raises(DeviceDenied, match=r"holds GPIO 6; which one: gpioinfo"):
        GpioLamps(5, 6)
    assert chip.claimed() == []
    chip.lines[6].held = False
    GpioLamps(5, 6).close()


def test_a_button_held_at_the_start_is_no_press(chip: Chip) -> None:
    chip.hold(17, 0)
    buttons = GpioButtons(LINES)
    assert buttons.poll(0.05) == []
    buttons.close()


def test_no_chip_and_no_right_to_it_are_told_apart(
    chip: Chip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpio, "DEV", tmp_path)
    chip.refuses = "can not open gpiochip"
    with pytest.raises(DeviceAbsent, match=r"there is no .*gpiochip\*"):
        GpioBuzzer(18)
    (tmp_path / "gpiochip0").touch()
    with pytest.raises(DeviceDenied, match=r"gpiochip0 .*usermod -aG gpio kiosk"):
        GpioBuzzer(18)
    chip.refuses = ""
    GpioBuzzer(18).close()


def test_a_machine_without_gpio_is_told(chip: Chip, monkeypatch: pytest.MonkeyPatch) -> None:
    if Path("/proc/device-tree/system/linux,revision").exists():
        pytest.skip("this is a Raspberry Pi")
    monkeypatch.delenv("RPI_LGPIO_REVISION")
    with pytest.raises(DeviceAbsent, match=r"no GPIO here: .*Raspberry Pi"):
        GpioBuzzer(18)
    monkeypatch.setenv("RPI_LGPIO_REVISION", "000e")  # the first Pi's old style
    with pytest.raises(DeviceAbsent, match="no GPIO here"):
        GpioBuzzer(18)


def test_a_missing_package_is_told(chip: Chip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "RPi.GPIO", None)
    with pytest.raises(LibraryAbsent, match="not installed: rpi-lgpio"):
        GpioBuzzer(18)


def test_no_sound_takes_longer_than_the_port_says() -> None:
    for sound in Sound:
        assert sum(tone.seconds for tone in signals.TONES[sound]) <= 0.3


def test_every_lamp_looks_different_with_and_without_blue() -> None:
    shown = list(signals.LIGHTS.values())
    assert len(set(shown)) == len(Lamp)
    without = [(s.blue if s.blue != signals.DARK else s.green, s.red) for s in shown]
    assert len(set(without)) == len(Lamp)


def test_importing_the_driver_loads_no_vendor_library() -> None:
    program = "import sys, kiosk.drivers.gpio, kiosk.drivers.serial_scanner; print(*sys.modules)"
    run = [sys.executable, "-c", program]
    loaded = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()
    assert "kiosk.drivers.gpio" in loaded
    assert not {"RPi", "lgpio", "serial"} & set(loaded)
