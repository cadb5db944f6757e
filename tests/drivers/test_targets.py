"""What a PN53x lists, and what looks at the field amount to."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import DeviceError
from kiosk.drivers import targets
from kiosk.drivers.cards import Kind, kind_of_sak
from kiosk.drivers.targets import Laying, Looks, Target

A = Target(bytes.fromhex("04A1B2C3D4E5F6"), 0x00)
B = Target(bytes.fromhex("1A2B3C4D"), 0x08)
LONG = Target(bytes(range(1, 11)), 0x20)
ATS = bytes.fromhex("067777710280")
IDM = bytes.fromhex("0114B3C4D5E6F708")
MADE_UP = [Target(b"\x08" + bytes([n] * 3), 0x20) for n in range(3)]


def listed(*found: Target, after: bytes = b"") -> bytes:
    """Write a list as the chip does."""
    each = [
        bytes([n, 0, 0x44, target.sak or 0, len(target.uid)]) + target.uid
        for n, target in enumerate(found, 1)
    ]
    return bytes([len(found)]) + b"".join(each) + after


@pytest.mark.parametrize("found", [(), (A,), (B,), (LONG,), (A, B), (LONG, A)])
def test_a_list_is_read(found: tuple[Target, ...]) -> None:
    assert targets.parse(listed(*found)) == found


def test_an_answer_to_select_may_follow_a_single_card() -> None:
    assert targets.parse(listed(LONG, after=ATS)) == (LONG,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x03",
        b"\x01",
        b"\0\0",
        listed(A)[:-1],
        listed(A, after=b"\0"),
        listed(LONG, after=ATS[:-1]),
        listed(A, B, after=ATS),
        listed(Target(bytes(5), 0)),
        listed(Target(b"", 0)),
        listed(A, B).replace(b"\x02\x00\x44", b"\x01\x00\x44"),
    ],
)
def test_what_does_not_add_up_is_no_list(data: bytes) -> None:
    with pytest.raises(DeviceError):
        targets.parse(data)


ENTRY = st.builds(
    lambda head, uid: head + bytes([len(uid)]) + uid,
    st.binary(min_size=4, max_size=4),
    st.binary(max_size=11),
)


@given(
    st.binary(max_size=40)
    | st.lists(ENTRY, max_size=3).map(
        lambda each: (
            bytes([len(each)]) + b"".join(bytes([n]) + e[1:] for n, e in enumerate(each, 1))
        )
    )
)
def test_any_bytes_are_a_list_or_an_error(data: bytes) -> None:
    with contextlib.suppress(DeviceError):
        assert all(len(target.uid) in (4, 7, 10) for target in targets.parse(data))


def polled(idm: bytes = IDM, system: bytes = b"") -> bytes:
    """Write the list of one FeliCa card as the chip does."""
    answer = b"\1" + idm + bytes(8) + system
    return b"\1\1" + bytes([len(answer) + 1]) + answer


def test_a_felica_card_in_a_list_is_its_idm() -> None:
    assert targets.parse_felica(b"\0") == ()
    for system in (b"", b"\x88\xb4"):
        (card,) = targets.parse_felica(polled(system=system))
        assert (card.uid, card.kind) == (IDM, Kind.FELICA)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        b"\1",
        b"\2" + polled()[1:],
        polled()[:-1],
        polled() + b"\0",
        polled(system=b"\x88"),
        polled().replace(b"\1\1\x12", b"\1\2\x12"),
        polled().replace(b"\x12\1", b"\x14\1"),
        polled().replace(b"\x12\1", b"\x12\2"),
    ],
)
def test_what_does_not_add_up_is_no_felica_card(data: bytes) -> None:
    with pytest.raises(DeviceError):
        targets.parse_felica(data)


@given(
    st.binary(max_size=24)
    | st.builds(lambda tail: b"\1\1" + bytes([len(tail) + 1]) + tail, st.binary(max_size=22))
)
def test_any_bytes_are_a_felica_card_or_an_error(data: bytes) -> None:
    with contextlib.suppress(DeviceError):
        assert all(len(target.uid) == targets.IDM for target in targets.parse_felica(data))


def test_a_felica_card_is_a_laying_of_its_own_kind() -> None:
    (laying,) = Looks().note((Target(IDM, None),))
    assert laying.felica
    assert targets.shows(Target(IDM, None), laying)
    (phone,) = Looks().note((Target(bytes.fromhex("01FE000000000001"), None),))
    assert phone.felica
    # one that is made up is the same, whatever it calls itself this time
    assert targets.shows(Target(bytes.fromhex("01FE000000000002"), None), phone)
    assert not targets.shows(Target(IDM, None), phone)
    (card,) = Looks().note((MADE_UP[0],))
    assert not card.felica


@pytest.mark.parametrize(
    ("sak", "kind"),
    [
        (0x00, Kind.TYPE2),
        (0x20, Kind.TYPE4),
        (0x28, Kind.TYPE4),
        (0x60, Kind.TYPE4),
        (0x08, Kind.UID_ONLY),
        (0x18, Kind.UID_ONLY),
        (0x40, Kind.UID_ONLY),
    ],
)
def test_the_selection_tells_the_kind(sak: int, kind: Kind) -> None:
    assert kind_of_sak(sak) is kind


def test_a_card_that_misses_two_looks_is_the_same_laying() -> None:
    looks = Looks()
    there = looks.note((A,))
    for seen in [(), (), (A,), (), (), (A,)]:
        assert looks.note(seen) == there
    assert [len(looks.note(())) for _ in range(3)] == [1, 1, 0]
    assert looks.note((A,)) != there


def test_two_cards_that_take_turns_to_answer_are_two() -> None:
    looks = Looks()
    both = looks.note((A, B))
    assert {laying.face for laying in both} == {A.uid, B.uid}
    for seen in [(A,), (B,), (B,), (A,), (A, B)]:
        assert looks.note(seen) == both


def test_a_phone_is_one_laying_whatever_it_calls_itself() -> None:
    looks = Looks()
    [laying] = looks.note((MADE_UP[0],))
    assert looks.note((MADE_UP[1],)) == {laying}
    assert targets.shows(MADE_UP[2], laying)
    assert not targets.shows(A, laying)
    assert len(looks.note((MADE_UP[0], MADE_UP[1]))) == 2


@given(st.lists(st.sampled_from([(), (A,), (B,), (A, B), (MADE_UP[0],)]), max_size=30))
def test_a_card_is_one_laying_from_its_first_look_to_three_misses(
    seen: list[tuple[Target, ...]],
) -> None:
    looks = Looks()
    missed, turns = 3, 0
    last: Laying | None = None
    for found in seen:
        missed = 0 if A in found else missed + 1
        lying = next((x for x in looks.note(found) if x.face == A.uid), None)
        assert (lying is not None) == (missed < 3)
        turns += lying is not None and lying != last
        last = lying
    runs = "".join("1" if A in found else "0" for found in seen).split("000")
    assert turns == sum("1" in run for run in runs)
