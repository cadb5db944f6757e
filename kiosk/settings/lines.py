"""Reading the sections of what is wired to GPIO lines, and that no two share a line."""

from collections.abc import Collection, Iterator

from kiosk.settings.options import (
    ButtonLines,
    Buttons,
    Buzzer,
    Config,
    I2c,
    LampLines,
    Lamps,
    Relay,
    SignalDriver,
    Spi,
)
from kiosk.settings.parts import HEADER_LINES
from kiosk.settings.section import Section

GPIO = 'driver = "gpio"'
SERVICE = r"[a-z0-9][a-z0-9_.-]{0,39}"
"""A service's code in the price list (kiosk/domain/members.py: Code)."""


def read_buttons(root: Section) -> Buttons | None:
    """Read [buttons]."""
    section = root.section("buttons")
    if section is None:
        return None
    driver, lines = section.choice("driver", SignalDriver), None
    if _wired(section, driver, "a", "b", "c"):
        lines = ButtonLines(
            _line(section, "a", 17), _line(section, "b", 27), _line(section, "c", 22)
        )
    section.finish()
    return Buttons(driver, lines) if driver else None


def read_lamps(root: Section) -> Lamps | None:
    """Read [lamps]."""
    section = root.section("lamps")
    if section is None:
        return None
    driver, lines = section.choice("driver", SignalDriver), None
    if _wired(section, driver, "green", "red", "blue"):
        section.skip("blue")
        blue = _line(section, "blue", 0) if section.has("blue") else None
        lines = LampLines(_line(section, "green", 5), _line(section, "red", 6), blue)
    section.finish()
    return Lamps(driver, lines) if driver else None


def read_buzzer(root: Section) -> Buzzer | None:
    """Read [buzzer]."""
    section = root.section("buzzer")
    if section is None:
        return None
    driver, line = section.choice("driver", SignalDriver), None
    if _wired(section, driver, "gpio"):
        line = _line(section, "gpio", 18)
    section.finish()
    return Buzzer(driver, line) if driver else None


def read_relay(root: Section) -> Relay | None:
    """Read [relay]."""
    section = root.section("relay")
    if section is None:
        return None
    driver, line = section.choice("driver", SignalDriver), None
    services = frozenset(section.texts("services", "codes of services", SERVICE))
    active_low, milliseconds = True, 500
    if _wired(section, driver, "gpio", "active_low", "milliseconds"):
        line = _line(section, "gpio", 4)
        active_low = section.flag("active_low", default=True)
        milliseconds = section.integer("milliseconds", 50, 4000, default=500)
    section.finish()
    return Relay(driver, services, line, active_low, milliseconds) if driver else None


def _line(section: Section, key: str, default: int) -> int:
    return section.integer(key, 0, HEADER_LINES, default=default)


def _wired(section: Section, driver: SignalDriver | None, *keys: str) -> bool:
    if driver is SignalDriver.VIRTUAL:
        section.belongs(GPIO, *keys)
    elif driver is None:
        section.skip(*keys)
    return driver is SignalDriver.GPIO


def shared_lines(config: Config, faults: Collection[str]) -> Iterator[str]:
    """Yield a fault for each line that two options claim; those with a fault already are left out.

    The lines of a display's bus count as claimed, whether or not the kernel would refuse them.
    """
    owners: dict[int, str] = {}
    for option, line in _claims(config):
        if any(fault.startswith(f"{option}:") for fault in faults):
            continue
        owner = owners.setdefault(line, option)
        if owner != option:
            yield f"{option}: expected a line of its own, found {line}, which is {owner}'s"


def _claims(config: Config) -> Iterator[tuple[str, int]]:
    match config.display.bus if config.display else None:
        case I2c(port=1):
            yield from (("the I2C bus", 2), ("the I2C bus", 3))
        case Spi(port=0) as spi:
            yield from (("the SPI bus", line) for line in (9, 10, 11, 7 if spi.device else 8))
            yield from (("display.gpio_dc", spi.gpio_dc), ("display.gpio_reset", spi.gpio_reset))
        case Spi() as spi:
            yield from (("display.gpio_dc", spi.gpio_dc), ("display.gpio_reset", spi.gpio_reset))
    if config.buttons and (buttons := config.buttons.lines):
        yield from (("buttons.a", buttons.a), ("buttons.b", buttons.b), ("buttons.c", buttons.c))
    if config.lamps and (lamps := config.lamps.lines):
        yield from (("lamps.green", lamps.green), ("lamps.red", lamps.red))
        if lamps.blue is not None:
            yield "lamps.blue", lamps.blue
    if config.buzzer and config.buzzer.line is not None:
        yield "buzzer.gpio", config.buzzer.line
    if config.relay and config.relay.line is not None:
        yield "relay.gpio", config.relay.line
