"""What every code scanner does: the real drivers on a pty and on recorded keys, and the virtual."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.errors import DeviceAbsent
from kiosk.domain.events import CodeRejected, CodeScanned
from kiosk.domain.media import MediumKey
from kiosk.drivers.ports import InputPort
from tests.contracts.scanner_rigs import PATIENCE, RIGS, Rig, come

CODE = "PM1:tok_0123456789"
SCANNED = CodeScanned(MediumKey("pm1:tok_0123456789"))
LONGEST = "x" * 4296


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    rig = RIGS[request.param](tmp_path)
    yield rig
    rig.stop()


@pytest.fixture
def scanner(rig: Rig) -> Iterator[InputPort]:
    scanner = rig.open()
    yield scanner
    scanner.close()


def test_codes_come_in_order(rig: Rig, scanner: InputPort) -> None:
    rig.scan(CODE)
    rig.scan("https://example.org")
    rig.scan(f" {CODE}\r\n")
    assert come(scanner, 3) == [SCANNED, CodeRejected(), SCANNED]
    assert list(scanner.poll(0)) == []


@pytest.mark.parametrize(
    "text", [" ", "PM1:", "pm1:tok_0123456789", "PM1:a b c d e f", LONGEST, "x" * 9999]
)
def test_what_is_no_member_code_is_rejected(rig: Rig, scanner: InputPort, text: str) -> None:
    rig.scan(text)
    rig.scan(CODE)
    assert come(scanner, 2) == [CodeRejected(), SCANNED]


def test_an_unplugged_scanner_says_so_and_serves_again(rig: Rig, scanner: InputPort) -> None:
    rig.scan(CODE)
    come(scanner, 1)
    rig.unplug()
    rig.scan(CODE)
    began = time.monotonic()
    with pytest.raises(DeviceAbsent):
        scanner.poll(PATIENCE)
    assert time.monotonic() - began < PATIENCE / 2
    scanner.close()
    scanner.close()
    with pytest.raises(DeviceAbsent):
        rig.open()
    rig.plug()
    again = rig.open()
    assert list(again.poll(0)) == []
    rig.scan(CODE)
    assert come(again, 1) == [SCANNED]
    again.close()
