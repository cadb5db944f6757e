"""What only PC/SC knows: other programs, readers that come later, a service that is not there."""

import logging
import time
from collections.abc import Iterator

import pytest
from smartcard import scard

from kiosk.domain.errors import DeviceAbsent, DeviceDenied
from kiosk.domain.events import CardPresented, CardRemoved, CardUnreadable, Stimulus
from kiosk.drivers import ndef
from kiosk.drivers.pcsc import NO_BEEP, PcscReader
from kiosk.drivers.virtual.cards import StorageCard, Type2Card, VirtualCard, issued
from tests.contracts.polling import during
from tests.contracts.reader_rigs import NAME, PATIENCE, PcscRig, opened, until
from tests.peers.pcscd import READERS, Pcscd, refusing

pytestmark = pytest.mark.loopback

TOKEN = "tok_0123456789"
UID = bytes.fromhex("04A1B2C3D4E5F6")


@pytest.fixture
def rig(pcscd: Pcscd) -> Iterator[PcscRig]:
    rig = PcscRig(pcscd)
    yield rig
    rig.restore()


@pytest.fixture
def context() -> Iterator[int]:
    """Another program's."""
    hr, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    assert hr == scard.SCARD_S_SUCCESS
    yield context
    scard.SCardReleaseContext(context)


def connect(context: int, reader: str, share: int = scard.SCARD_SHARE_SHARED) -> int:
    """Connect to a card as another program does, as soon as pcscd has seen it."""
    end = time.monotonic() + PATIENCE
    while True:
        hr, card, _ = scard.SCardConnect(context, reader, share, scard.SCARD_PROTOCOL_T1)
        if hr == scard.SCARD_S_SUCCESS:
            return int(card)
        assert time.monotonic() < end, scard.SCardGetErrorMessage(hr)
        time.sleep(0.01)


def test_a_card_held_by_another_program_is_unreadable(rig: PcscRig, context: int) -> None:
    reader = opened(rig)
    during(reader, 0)
    rig.lay(issued(TOKEN, UID))
    card = connect(context, f"{READERS[0]} 00 00")
    assert until(reader, CardUnreadable) == [CardUnreadable(NAME)]
    scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
    rig.lift()
    until(reader, CardRemoved)
    rig.lay(issued(TOKEN, UID))
    assert len(until(reader, CardPresented)) == 1
    reader.close()


def test_a_reader_that_another_program_holds_for_itself_is_denied_until_it_is_free(
    rig: PcscRig, context: int
) -> None:
    reader = opened(rig)
    rig.lay(issued(TOKEN, UID))
    until(reader, CardPresented)
    card = connect(context, f"{READERS[0]} 00 00", scard.SCARD_SHARE_EXCLUSIVE)
    assert until(reader, CardRemoved) == [CardRemoved(NAME)]
    with pytest.raises(DeviceDenied, match=r"another program holds Kiosk Reader A 00 00 "):
        reader.poll(0)
    reader.close()
    with pytest.raises(DeviceDenied, match="for itself: end it"):
        rig.open()
    scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
    again = opened(rig)
    assert len(until(again, CardPresented)) == 1
    again.close()


def test_a_service_that_refuses_this_user_is_denied_and_says_what_to_do(rig: PcscRig) -> None:
    rig.unplug()
    with refusing(), pytest.raises(DeviceDenied, match="polkit rule in systemd/"):
        rig.open()


class Acr122(Type2Card):
    """A card on an ACR122U, which answers what is for the reader itself."""

    beeps = True

    def answer(self, apdu: bytes) -> bytes:
        if apdu != NO_BEEP:
            return super().answer(apdu)
        self.beeps = False
        return b"\x90\x00"


@pytest.mark.parametrize("beeps", [True, False])
def test_a_readers_own_beep_is_switched_off_after_the_first_tap(rig: PcscRig, beeps: bool) -> None:
    reader = PcscReader(NAME, "kiosk reader", beeps)
    card = Acr122(UID)
    rig.lay(card)
    assert len(until(reader, CardPresented)) == 1
    assert card.beeps
    assert during(reader, 0.1) == []
    assert card.beeps is beeps
    reader.close()


def test_a_reader_without_a_buzzer_serves_all_the_same(rig: PcscRig) -> None:
    reader = PcscReader(NAME, "kiosk reader", beeps=False)
    for torn_after in (None, 1):
        rig.lay(issued(TOKEN, UID), torn_after)
        until(reader, CardUnreadable if torn_after else CardPresented)
        assert during(reader, 0.1)[1:] == []
        rig.lift()
        during(reader, rig.settled)
    reader.close()


def test_another_programs_reset_is_no_new_tap(rig: PcscRig, context: int) -> None:
    reader = opened(rig)
    rig.lay(issued(TOKEN, UID))
    until(reader, CardPresented)
    card = connect(context, f"{READERS[0]} 00 00")
    scard.SCardDisconnect(card, scard.SCARD_RESET_CARD)
    assert during(reader, rig.settled) == []
    reader.close()


def test_a_missing_reader_is_named_with_those_that_are_there(rig: PcscRig) -> None:
    with pytest.raises(DeviceAbsent, match=r"'ACR122'.*Kiosk Reader A 00 00"):
        PcscReader(NAME, "ACR122")


def test_each_absence_says_what_to_do(rig: PcscRig) -> None:
    rig.unplug()
    with pytest.raises(DeviceAbsent, match=r"pcscd does not answer .* systemctl start pcscd"):
        rig.open()
    with rig.pcscd.without_readers():
        rig.plug()
        with pytest.raises(DeviceAbsent, match=r"no card reader .* there are: none"):
            rig.open()
    rig.unplug()


@pytest.mark.parametrize(
    ("card", "event"),
    [
        (issued(TOKEN, UID), CardPresented),
        (StorageCard(UID), CardPresented),
        (Type2Card(UID, ndef.text_message(f"PM1:{TOKEN}!")), CardUnreadable),
    ],
    ids=["token", "UID", "broken token"],
)
def test_no_key_reaches_the_log(
    rig: PcscRig, caplog: pytest.LogCaptureFixture, card: VirtualCard, event: type[Stimulus]
) -> None:
    caplog.set_level(logging.DEBUG)
    reader = opened(rig)
    rig.lay(card)
    assert len(until(reader, event)) == 1
    assert TOKEN not in caplog.text
    assert UID.hex() not in caplog.text.lower()
    reader.close()
