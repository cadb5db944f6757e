"""Card readers under the doctor: a real pcscd and its virtual readers, nfcpy on a chip model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.findings import Symptom
from kiosk.drivers.pn532 import Pn532Reader
from kiosk.drivers.virtual.cards import issued
from tests.doctor.terminal import Bench
from tests.peers.pcscd import READERS, Pcscd
from tests.peers.pn532 import Pn532

CARD = issued("tok_0123456789", bytes.fromhex("04A1B2C3D4E5F6"))


def pcsc(match: str = "") -> str:
    wanted = f'match = "{match}"' if match else ""
    return f'[[reader]]\nname = "counter"\ndriver = "pcsc"\n{wanted}\n'


@pytest.fixture
def cards(pcscd: Pcscd) -> Iterator[Pcscd]:
    """pcscd, left running."""
    if not pcscd.running:
        pcscd.start()
    yield pcscd
    if not pcscd.running:
        pcscd.start()


@pytest.mark.loopback
def test_a_reader_that_pcscd_has_is_well(bench: Bench, cards: Pcscd) -> None:
    cards.until_empty()
    found = bench.find(pcsc("kiosk reader"), "counter")
    assert found.symptom is Symptom.WELL
    assert (found.name, found.where) == ("counter", "pcscd, match 'kiosk reader'")


@pytest.mark.loopback
@pytest.mark.usefixtures("cards")
def test_another_name_lists_the_readers_that_there_are(bench: Bench) -> None:
    found = bench.find(pcsc("ACR122U"), "reader")
    assert found.symptom is Symptom.NO_MATCH
    assert all(reader in found.detail for reader in READERS)


@pytest.mark.loopback
def test_pcscd_that_runs_without_a_reader(bench: Bench, cards: Pcscd) -> None:
    cards.kill()
    with cards.without_readers():
        cards.start()
        for match in ("", "ACR122U"):
            assert bench.find(pcsc(match), "reader").symptom is Symptom.NO_READER
    cards.kill()


@pytest.mark.loopback
def test_pcscd_that_does_not_run(bench: Bench, cards: Pcscd) -> None:
    cards.kill()
    assert bench.find(pcsc(), "reader").symptom is Symptom.PCSCD_DOWN


# --- PN532


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[Pn532]:
    chip = Pn532(tmp_path / "kiosk-nfc")
    chip.plug()
    yield chip
    chip.unplug()


def pn532(chip: Pn532) -> str:
    return f'[[reader]]\nname = "counter"\ndriver = "pn532"\ndevice = "{chip.link}"\n'


def test_a_module_with_its_field_on_is_well(bench: Bench, chip: Pn532) -> None:
    found = bench.find(pn532(chip), "reader")
    assert (found.symptom, found.detail[:5]) == (Symptom.WELL, "PN532")
    assert not chip.field


def test_a_module_that_answers_and_has_no_field(bench: Bench, chip: Pn532) -> None:
    chip.antenna = False
    assert bench.find(pn532(chip), "reader").symptom is Symptom.FIELD_OFF


def test_a_module_that_says_nothing(bench: Bench, chip: Pn532) -> None:
    chip.silent = True
    assert bench.find(pn532(chip), "reader").symptom is Symptom.NFC_SILENT


def test_a_module_that_is_not_plugged_in(bench: Bench, chip: Pn532) -> None:
    chip.unplug()
    found = bench.find(pn532(chip), "reader")
    assert found.symptom is Symptom.PORT_ABSENT
    assert str(chip.link) in found.detail


def test_a_module_that_a_running_kiosk_holds_is_left_alone(bench: Bench, chip: Pn532) -> None:
    owner = Pn532Reader("counter", str(chip.link))
    assert bench.find(pn532(chip), "reader").symptom is Symptom.PORT_HELD
    chip.lay(CARD)
    assert list(owner.poll(5.0))
    owner.close()


def test_with_time_to_wait_a_card_is_read_and_not_named(bench: Bench, chip: Pn532) -> None:
    bench.wait = 10.0
    chip.lay(CARD)
    found = bench.find(pn532(chip), "reader")
    assert (found.symptom, found.detail) == (Symptom.WELL, "a card was read")
    assert "tok_" not in repr(found)
    chip.lift()
    bench.wait = 0.1
    assert bench.find(pn532(chip), "reader").symptom is Symptom.NOTHING_CAME


def test_a_port_with_something_else_on_it(bench: Bench, chip: Pn532) -> None:
    chip.spoil = lambda frame: b"\0" * len(frame)
    found = bench.find(pn532(chip), "reader")
    assert found.symptom in (Symptom.NFC_SILENT, Symptom.WRONG_KIND)


@pytest.mark.loopback
def test_leds_that_take_no_command_without_a_card_are_told_and_no_fault(
    bench: Bench, cards: Pcscd
) -> None:
    cards.until_empty()
    found = bench.find(pcsc("kiosk reader") + 'lamp = "acr122u"\n', "counter")
    assert found.symptom is Symptom.WELL
    assert "set ifdDriverOptions to 0x0001" in found.detail
