"""What every code scanner does."""

from collections.abc import Iterator

import pytest

from kiosk.domain.errors import DeviceAbsent
from kiosk.domain.events import CodeRejected, CodeScanned
from kiosk.domain.media import MediumKey
from kiosk.drivers.virtual.inputs import VirtualScanner

CODE = "PM1:tok_0123456789"
SCANNED = CodeScanned(MediumKey("pm1:tok_0123456789"))


@pytest.fixture
def scanner() -> Iterator[VirtualScanner]:
    scanner = VirtualScanner().open()
    yield scanner
    scanner.close()


def test_codes_come_in_order(scanner: VirtualScanner) -> None:
    scanner.scan(CODE)
    scanner.scan("https://example.org")
    scanner.scan(f" {CODE}\r\n")
    assert list(scanner.poll(1)) == [SCANNED, CodeRejected(), SCANNED]
    assert list(scanner.poll(0)) == []


@pytest.mark.parametrize("text", ["", "PM1:", "pm1:tok_0123456789", "PM1:a b c d e f", "x" * 9999])
def test_what_is_no_member_code_is_rejected(scanner: VirtualScanner, text: str) -> None:
    scanner.scan(text)
    assert list(scanner.poll(1)) == [CodeRejected()]


def test_an_unplugged_scanner_says_so_and_serves_again(scanner: VirtualScanner) -> None:
    scanner.scan(CODE)
    scanner.unplug()
    scanner.scan(CODE)
    with pytest.raises(DeviceAbsent):
        scanner.poll(1)
    with pytest.raises(DeviceAbsent):
        scanner.open()
    scanner.plug()
    again = scanner.open()
    assert list(again.poll(0)) == []
    scanner.scan(CODE)
    assert list(again.poll(1)) == [SCANNED]
