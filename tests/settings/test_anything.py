"""Configurations made at random: each is accepted or told in faults a person can read."""

import math
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import ConfigError
from kiosk.settings.config import parse

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.just(math.inf)
    | st.text(max_size=8)
    | st.sampled_from(["virtual", "pcsc", "network", "serial", "ssd1306", "i2c", "spi", "a" * 5000])
    | st.datetimes()
)
SECTIONS = ["terminal", "journal", "settings", "mqtt", "reader", "scanner", "display", "printer"]
SECTIONS += ["buttons", "lamps", "buzzer", "relay"]
OPTIONS = ["store", "id", "path", "host", "port", "driver", "bus", "username", "password_file"]
OPTIONS += ["tls", "ca_file", "match", "name", "columns", "device", "address", "gpio_dc"]
KEYS = st.text(max_size=6) | st.sampled_from(SECTIONS + OPTIONS)
TABLES = st.dictionaries(
    KEYS,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner)),
)


def check(table: Mapping[str, object], folder: Path) -> None:
    faults: tuple[str, ...] = ()
    try:
        parse(table, folder, {"CREDENTIALS_DIRECTORY": "/nowhere"})
    except ConfigError as e:
        faults = e.faults or ("an error without a fault",)
    for fault in faults:
        assert ": " in fault
        assert fault.isprintable()
        assert len(fault) < 400


@given(TABLES)
def test_anything_is_a_config_or_a_config_error(table: dict[str, object]) -> None:
    check(table, Path("/nowhere"))


VALID: dict[str, dict[str, object]] = {
    "terminal": {"store": "s1", "id": "k1", "language": "en"},
    "journal": {"path": "j"},
    "settings": {"path": "s"},
    "mqtt": {"host": "h", "port": 1, "username": "u", "tls": False},
    "scanner": {"driver": "serial", "device": "/dev/s", "baudrate": 9600},
    "buttons": {"driver": "gpio", "a": 17, "b": 27, "c": 22},
    "lamps": {"driver": "gpio", "green": 5, "red": 6, "blue": 13},
    "buzzer": {"driver": "gpio", "gpio": 18},
    "relay": {"driver": "gpio", "gpio": 4, "services": ["wash"]},
    "display": {"driver": "sh1106", "bus": "i2c", "port": 1, "address": 0x3C, "contrast": 9},
    "printer": {"driver": "serial", "device": "/dev/p", "baudrate": 9600, "cutter": True},
}


@given(st.data())
def test_one_spoilt_option_of_a_valid_config(data: st.DataObject) -> None:
    parse(VALID, Path("/nowhere"), {})
    section = data.draw(st.sampled_from(sorted(VALID)))
    key = data.draw(st.sampled_from(sorted(VALID[section])) | KEYS)
    spoilt = {**VALID, section: {**VALID[section], key: data.draw(SCALARS)}}
    check(spoilt, Path("/nowhere"))
