"""The card exchange against card models: which key, how few APDUs, and never a wrong key."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import CardGone, Malformed
from kiosk.domain.media import MediumKey
from kiosk.drivers import cards, ndef
from kiosk.drivers.virtual.cards import (
    FelicaCard,
    StorageCard,
    Type2Card,
    Type4Card,
    VirtualCard,
    issued,
)

UID = bytes.fromhex("04A1B2C3D4E5F6")
IDM = bytes.fromhex("0114B3C4D5E6F708")
TOKEN = "tok_0123456789"
MESSAGE = ndef.text_message(f"PM1:{TOKEN}")
FOREIGN = ndef.text_message("https://example.org/menu")
LONG = ndef.text_message("x" * 200)


class Hand:
    """Carries APDUs to a card, counts them, and may change or stop the answers."""

    def __init__(self, card: VirtualCard) -> None:
        self.card = card
        self.count = 0
        self.changed: dict[int, bytes] = {}
        self.answers: list[bytes] = []
        self.torn_after: int | None = None
        card.reset()

    def transmit(self, apdu: bytes) -> cards.Response:
        if self.count == self.torn_after:
            raise CardGone("torn away")
        answer = self.changed.get(self.count, self.card.answer(apdu))
        self.count += 1
        self.answers.append(answer)
        return cards.parse(answer)

    def read(self) -> MediumKey:
        kind = cards.kind_of_atr(self.card.atr)
        return cards.run(cards.identify(kind), self.transmit)


def ntag(message: bytes | None = None, **bytes_at: int) -> Type2Card:
    """Make an NTAG213 (with a false size, one as long as that) and change some of its bytes."""
    card = Type2Card(UID, message, pages=256 if "at14" in bytes_at else 45)
    for at, value in bytes_at.items():
        card.memory[int(at.removeprefix("at"))] = value
    return card


@pytest.mark.parametrize(
    ("card", "key", "apdus"),
    [
        (issued(TOKEN, UID), f"pm1:{TOKEN}", 3),
        (ntag(), "uid:04A1B2C3D4E5F6", 2),
        (ntag(FOREIGN), "uid:04A1B2C3D4E5F6", 4),
        (ntag(MESSAGE, at12=0x00), "uid:04A1B2C3D4E5F6", 2),
        (ntag(MESSAGE, at13=0x20), "uid:04A1B2C3D4E5F6", 2),
        (ntag(MESSAGE, at15=0xF0), "uid:04A1B2C3D4E5F6", 2),
        (Type2Card(UID, LONG, pages=135), "uid:04A1B2C3D4E5F6", 15),
        (ntag(at14=0xEA, at16=0x01, at17=0xFF, at18=0x07), "uid:04A1B2C3D4E5F6", 65),
        (Type4Card(UID, MESSAGE), f"pm1:{TOKEN}", 7),
        (Type4Card(UID, MESSAGE, mle=15), f"pm1:{TOKEN}", 8),
        (Type4Card(UID, LONG, mle=255), "uid:04A1B2C3D4E5F6", 7),
        (Type4Card(UID, b""), "uid:04A1B2C3D4E5F6", 6),
        (Type4Card(UID), "uid:04A1B2C3D4E5F6", 2),
        (Type4Card(bytes.fromhex("08112233"), MESSAGE), f"pm1:{TOKEN}", 7),
        (StorageCard(bytes.fromhex("1A2B3C4D")), "uid:1A2B3C4D", 1),
        (StorageCard(bytes(range(10)), 0x0002), "uid:00010203040506070809", 1),
        (FelicaCard(IDM), "uid:0114B3C4D5E6F708", 1),
        (StorageCard(IDM, 0xF011), "uid:0114B3C4D5E6F708", 1),
        (StorageCard(IDM, 0xF012), "uid:0114B3C4D5E6F708", 1),
    ],
)
def test_each_kind_of_card_has_its_key(card: VirtualCard, key: str, apdus: int) -> None:
    hand = Hand(card)
    assert hand.read() == key
    assert hand.count == apdus


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (StorageCard(bytes.fromhex("08112233")), "random UID"),
        (Type4Card(bytes.fromhex("08112233")), "random UID"),
        (Type4Card(bytes.fromhex("08112233"), FOREIGN), "random UID"),
        (StorageCard(IDM, 0x0001), "4, 7 or 10 bytes"),
        (FelicaCard(bytes(8)), "no maker's"),
        (FelicaCard(b""), "no maker's"),
        (FelicaCard(IDM[:7]), "an IDm has 8 bytes"),
        (FelicaCard(bytes.fromhex("01FE000000000001")), "no maker's"),
        (FelicaCard(bytes.fromhex("02FE000000000001")), "no maker's"),
        (StorageCard(b""), "4, 7 or 10 bytes"),
        (ntag(ndef.text_message("PM1:short")), "broken token"),
        (ntag(ndef.text_message("PM1:tok_01234 56789")), "broken token"),
        (ntag(MESSAGE, at17=0xFE), "runs past"),
        (ntag(MESSAGE, at18=0x51), "begin flag"),
        (ntag(MESSAGE, at20=0x02), "end flag|begin flag|announced"),
        (Type4Card(UID, MESSAGE[:-1]), "announced"),
    ],
)
def test_what_is_no_identity_says_why(card: VirtualCard, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        Hand(card).read()


def test_two_tokens_are_none() -> None:
    one, other = ndef.text_message("PM1:aaaaaaaaaa"), ndef.text_message("PM1:bbbbbbbbbb")
    joined = bytes([one[0] & ~0x40]) + one[1:] + bytes([other[0] & ~0x80]) + other[1:]
    with pytest.raises(Malformed, match="two different tokens"):
        Hand(ntag(joined)).read()
    twice = bytes([one[0] & ~0x40]) + one[1:] + bytes([one[0] & ~0x80]) + one[1:]
    assert Hand(ntag(twice)).read() == "pm1:aaaaaaaaaa"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ((0x0F, 14, 0x00), "message of"),
        ((0xE1, 4, 10), "none"),
        ((0xE1, 7, 0x05), "none"),
        ((0xE1, 2, 0x40), "none"),
    ],
    ids=["file too small", "chunk too small", "no control block", "version 4"],
)
def test_a_broken_container_is_malformed(change: tuple[int, int, int], why: str) -> None:
    card = Type4Card(UID, MESSAGE)
    container = bytearray(card.files[b"\xe1\x03"])
    if why == "message of":
        container[11:13] = b"\x00\x05"
    else:
        container[change[1]] = change[2]
    card.files[b"\xe1\x03"] = bytes(container)
    with pytest.raises(Malformed, match=why):
        Hand(card).read()


WHOLE = [issued(TOKEN, UID), Type4Card(UID, MESSAGE, mle=15), Type2Card(UID, FOREIGN)]


@pytest.mark.parametrize("card", WHOLE)
def test_torn_at_any_apdu_there_is_no_key(card: VirtualCard) -> None:
    whole = Hand(card)
    whole.read()
    for torn_after in range(whole.count):
        hand = Hand(card)
        hand.torn_after = torn_after
        with pytest.raises(CardGone):
            hand.read()


@pytest.mark.parametrize("card", WHOLE)
@given(st.data())
def test_one_failed_answer_is_never_another_key(card: VirtualCard, data: st.DataObject) -> None:
    whole = Hand(card)
    key = whole.read()
    at = data.draw(st.integers(0, whole.count - 1), "which answer")
    # what readers say when a card leaves: nothing, a warning, or a failure
    bad = st.sampled_from([b"", b"\x63\x00", b"\x64\x01", b"\x6f\x00", b"\x62\x82", b"\x67\x00"])
    hand = Hand(card)
    hand.changed[at] = data.draw(bad, "answer")
    with contextlib.suppress(CardGone, Malformed):
        assert hand.read() == key


@pytest.mark.parametrize("card", WHOLE)
@given(st.data())
def test_an_answer_cut_short_that_claims_to_be_whole_is_never_another_key(
    card: VirtualCard, data: st.DataObject
) -> None:
    whole = Hand(card)
    key = whole.read()
    # not the first: nothing tells how long a UID should have been
    at = data.draw(st.integers(1, whole.count - 1), "which answer")
    said = whole.answers[at][:-2]
    kept = data.draw(st.integers(0, max(0, len(said) - 1)), "how much of it")
    hand = Hand(card)
    hand.changed[at] = said[:kept] + b"\x90\x00"
    with contextlib.suppress(CardGone, Malformed):
        assert hand.read() == key


@pytest.mark.parametrize("card", [*WHOLE, StorageCard(UID), FelicaCard(IDM)])
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=12))
def test_whatever_a_card_answers_the_exchange_ends(card: VirtualCard, answers: list[bytes]) -> None:
    hand = Hand(card)
    hand.changed = dict(enumerate(answers))
    with contextlib.suppress(CardGone, Malformed):
        assert hand.read().partition(":")[0] in ("uid", "pm1")


@given(st.binary(max_size=40), st.lists(st.binary(max_size=18), max_size=8))
def test_whatever_its_atr_the_exchange_ends(atr: bytes, answers: list[bytes]) -> None:
    card = StorageCard(UID)
    card.atr = atr
    hand = Hand(card)
    hand.changed = {1 + i: data + b"\x90\x00" for i, data in enumerate(answers)}
    with contextlib.suppress(CardGone, Malformed):
        hand.read()


def test_a_storage_cards_atr_is_the_one_of_part_3() -> None:
    # the worked examples of reader manuals, check byte included
    assert StorageCard(UID).atr.hex() == "3b8f8001804f0ca000000306030001000000006a"
    assert Type2Card(UID).atr.hex() == "3b8f8001804f0ca0000003060300030000000068"
    assert FelicaCard(IDM).atr.hex() == "3b8f8001804f0ca00000030611003b0000000042"


@pytest.mark.parametrize("sw", [b"\x63\x00", b"\x6a\x81", b"\x6f\x00", b""])
@given(st.binary(max_size=12))
def test_a_felica_card_whose_idm_does_not_come_has_no_key(sw: bytes, data: bytes) -> None:
    hand = Hand(FelicaCard(IDM))
    hand.changed[0] = data[:-2] + sw if sw else data[:1]
    with pytest.raises((CardGone, Malformed)):
        hand.read()
