"""Every message there and back, and every way a message can be broken."""

import datetime as dt
import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue, MemberDay, PassPlan, Service, TopUpPlan
from kiosk.domain.errors import Malformed
from kiosk.domain.members import (
    Medium,
    MediumStatus,
    MemberRecord,
    Pet,
    PunchPass,
    Purse,
    PurseKind,
    Size,
    Tier,
)
from kiosk.domain.policy import Language, Policy, SlipPolicy
from kiosk.domain.wire import (
    Ack,
    AckItem,
    AllowanceGrant,
    AllowanceOffer,
    AllowanceRecall,
    AllowanceRequest,
    CatalogueUpdate,
    DirectoryPage,
    DirectoryRequest,
    Grant,
    Health,
    Hello,
    ItemOutcome,
    JournalState,
    MediumSeen,
    Message,
    Notice,
    PartHealth,
    PolicyUpdate,
    Presence,
    Transactions,
    Welcome,
)

NOW = dt.datetime(2026, 11, 20, 2, 30, 15, tzinfo=dt.UTC)
JOURNAL = "01234567-89ab-cdef-0123-456789abcdef"
HEAD = "0f" * 32

MEMBER = MemberRecord(
    "m1",
    "王*明",
    "1234",
    Tier.GOLD,
    (Pet("p1", "旺财", Size.LARGE, "怕吹风", "vaccine", NOW.date(), NOW.date()),),
    (PunchPass("pass1", "次卡", "Pass", ("bath",), NOW.date()),),
    (Purse("a1", PurseKind.PASS_BOUGHT, 7, "pass1"),),
    (Medium("c1", "uid:04A1B2C3", MediumStatus.LOST),),
    "p1",
    "bath",
    "生日快乐",
)
CATALOGUE = Catalogue(
    3,
    "s1",
    (Service("bath", "洗澡", "Bath", {Size.SMALL: 5_800, Size.LARGE: 12_800}, True, 30),),
    {Tier.GOLD: 9_000},
    MemberDay(5, 8_800),
    2,
    100,
    True,
    (TopUpPlan("t500", 50_000, 5_000),),
    (PassPlan("p10", "十次", "Ten", ("bath",), 50_000, 10, 1, 365),),
    NOW.date(),
)
UP: tuple[wire.Up, ...] = (
    Hello(
        store="s1",
        terminal="k1",
        journal=JOURNAL,
        software="0.1.0",
        last_seq=9,
        head=HEAD,
        acknowledged=7,
        directory_version=2,
        catalogue_version=3,
        policy_version=4,
        now=NOW,
    ),
    Transactions(
        journal=JOURNAL, first=8, prev=HEAD, rows=[msgspec.Raw(b'{"a":1}'), msgspec.Raw(b"[]")]
    ),
    AllowanceRequest(journal=JOURNAL, nonce=JOURNAL, accounts=["a1"]),
    DirectoryRequest(journal=JOURNAL, since=0),
    MediumSeen(key="uid:04A1B2C3", at=NOW),
    Health(waiting=3, clock="rtc", parts=[PartHealth("printer", "fault")]),
)
DOWN: tuple[wire.Down, ...] = (
    Welcome(
        journal=JOURNAL,
        state=JournalState.FROZEN,
        applied=7,
        head=HEAD,
        directory_version=2,
        now=NOW,
        why="replaced",
    ),
    Ack(
        journal=JOURNAL,
        applied_through=9,
        head=HEAD,
        state=JournalState.QUARANTINED,
        items=[AckItem(8, 9, ItemOutcome.CASE)],
    ),
    AllowanceGrant(journal=JOURNAL, nonce=JOURNAL, grants=[Grant("a1", 7)], more=True),
    AllowanceOffer(accounts=["a1"]),
    AllowanceRecall(accounts=[]),
    DirectoryPage(
        journal=JOURNAL,
        full=True,
        page=0,
        last=True,
        version=2,
        applied=7,
        members=[MEMBER],
        removed=["m2"],
        since=1,
    ),
    PolicyUpdate(
        policy=Policy(5, "店", Language.EN, -300, SlipPolicy.NEVER, 9.5, banner="今日会员日")
    ),
    CatalogueUpdate(catalogue=CATALOGUE),
    Notice(text="今日会员日"),
)
PRESENCE = Presence(1, True, "s-1")


def name(message: Any) -> str:
    return type(message).__name__


def test_every_type_of_message_has_an_example_here() -> None:
    assert {type(one) for one in UP} == set(typing.get_args(wire.Up))
    assert {type(one) for one in DOWN} == set(typing.get_args(wire.Down))


@pytest.mark.parametrize("one", UP, ids=name)
def test_up_there_and_back(one: wire.Up) -> None:
    assert wire.decode_up(wire.encode(one)) == one
    with pytest.raises(Malformed):
        wire.decode_down(wire.encode(one))


@pytest.mark.parametrize("one", DOWN, ids=name)
def test_down_there_and_back(one: wire.Down) -> None:
    assert wire.decode_down(wire.encode(one)) == one
    with pytest.raises(Malformed):
        wire.decode_up(wire.encode(one))


def test_presence_there_and_back() -> None:
    assert wire.decode_presence(wire.encode(PRESENCE)) == PRESENCE


def test_rows_travel_as_the_bytes_that_were_hashed() -> None:
    rows = [b'{"seq": 1,  "b":"\\u00e9"}', '{"é":[1, 2]}'.encode()]
    raws = [msgspec.Raw(row) for row in rows]
    sent = wire.encode(Transactions(journal=JOURNAL, first=1, prev=HEAD, rows=raws))
    found = wire.decode_up(sent)
    assert isinstance(found, Transactions)
    assert [bytes(row) for row in found.rows] == rows


def broken(one: Message) -> list[tuple[str, Any]]:
    good = msgspec.json.decode(wire.encode(one))
    cases: list[tuple[str, Any]] = [
        ("stranger", good | {"stranger": 1}),
        ("newer", good | {"v": 2}),
        ("no type", {k: v for k, v in good.items() if k != "type"}),
        ("other type", good | {"type": "reboot"}),
    ]
    required = (f for f in msgspec.structs.fields(one) if f.required)
    cases += [(f.name, {k: v for k, v in good.items() if k != f.name}) for f in required]
    for field, value in good.items():
        wrong: Any = {} if isinstance(value, list) or value is None else []
        cases.append((f"{field} of another shape", good | {field: wrong}))
        if isinstance(value, int) and not isinstance(value, bool) and field != "v":
            cases.append((f"{field} negative", good | {field: -1}))
        if field in ("journal", "nonce", "head", "prev"):
            cases.append((f"{field} with a line feed", good | {field: value + "\n"}))
            cases.append((f"{field} short", good | {field: value[1:]}))
        if field in ("now", "at"):
            cases.append((f"{field} naive", good | {field: "2026-11-20T02:30:15"}))
    return cases


@pytest.mark.parametrize("one", [*UP, *DOWN], ids=name)
def test_a_message_that_is_wrong_in_one_place_is_malformed(one: Message) -> None:
    decode = wire.decode_up if one in UP else wire.decode_down
    read = []
    for what, case in broken(one):
        try:
            decode(msgspec.json.encode(case))
        except Malformed:
            continue
        read.append(what)
    assert read == []


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_malformed(payload: bytes) -> None:
    for decode in (wire.decode_up, wire.decode_down, wire.decode_presence):
        with pytest.raises(Malformed):
            decode(payload)


@given(st.sampled_from([*UP, *DOWN]), st.data())
def test_a_message_with_bytes_changed_is_read_or_malformed(
    one: wire.Up | wire.Down, data: st.DataObject
) -> None:
    payload = bytearray(wire.encode(one))
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    for decode in (wire.decode_up, wire.decode_down):
        try:
            found: Any = decode(bytes(payload))
        except Malformed:
            continue
        assert decode(wire.encode(found)) == found


def test_depth_and_length_are_bounded() -> None:
    good = wire.encode(UP[1])
    nested = good.replace(b'{"a":1}', b"[" * 100_000)
    closed = good.replace(b'{"a":1}', b"[" * 5_000 + b"]" * 5_000)
    for payload in (b"[" * 1_000_000, b'{"a":' * 100_000, nested, closed):
        with pytest.raises(Malformed):
            wire.decode_up(payload)
    for decode in (wire.decode_up, wire.decode_down, wire.decode_presence):
        with pytest.raises(Malformed, match="the most is"):
            decode(b" " * (wire.MAX_MESSAGE + 1))


def test_a_batch_has_at_least_one_row_and_a_bound() -> None:
    for count in (0, wire.MAX_ROWS + 1):
        rows = [msgspec.Raw(b"{}")] * count
        with pytest.raises(Malformed):
            wire.decode_up(
                wire.encode(Transactions(journal=JOURNAL, first=1, prev=HEAD, rows=rows))
            )


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b'{"v":1}', b'{"v":1,"online":1}', b'{"v":2,"online":true}']
)
def test_what_is_no_presence(payload: bytes) -> None:
    with pytest.raises(Malformed):
        wire.decode_presence(payload)


@pytest.mark.parametrize("bad", ["", "+", "#", "a/b", "a+", "#a", "a\0b"])
def test_a_topic_takes_no_wildcard_and_no_further_level(bad: str) -> None:
    for store, terminal in ((bad, "k1"), ("s1", bad)):
        with pytest.raises(ValueError, match="topic level"):
            wire.topic(store, terminal, "up")


def test_a_terminal_cannot_name_central_s_own_topic() -> None:
    assert wire.topic("s1", "k1", "state") == "petshop/v1/s1/k1/state"
    assert wire.CENTRAL_STATE.count("/") != wire.topic("s1", "k1", "state").count("/")
