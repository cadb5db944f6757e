"""A row's bytes: what is written reads back the same, and nothing else reads at all."""

import datetime as dt
import hashlib
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.clock import ClockState, local_day, local_time
from kiosk.domain.errors import Malformed
from kiosk.domain.transactions import (
    GENESIS,
    MAX_PAYLOAD,
    AnyLine,
    CouponRedeem,
    Delta,
    Leg,
    Means,
    PointsRedeem,
    Release,
    Transaction,
    ValueLoad,
    ValueRedeem,
    VisitRedeem,
    chain,
    decode,
    deltas,
    encode,
)
from kiosk.domain.units import MAX_AMOUNT

IDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=64)
CODES = st.from_regex(r"\A[a-z0-9][a-z0-9_.-]{0,39}\Z")
AMOUNTS = st.integers(1, MAX_AMOUNT)
LEGS = st.lists(st.builds(Leg, IDS, AMOUNTS), max_size=3).map(tuple)
LINES = st.one_of(
    st.builds(VisitRedeem, CODES, LEGS, IDS),
    st.builds(ValueRedeem, CODES, st.integers(0, MAX_AMOUNT), LEGS, IDS),
    st.builds(CouponRedeem, CODES, LEGS),
    st.builds(PointsRedeem, LEGS, CODES | st.just("")),
    st.builds(ValueLoad, CODES, AMOUNTS, st.sampled_from(Means), LEGS),
    st.builds(Release, LEGS),
)
FIRST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LAST = dt.datetime(9998, 12, 30, tzinfo=dt.UTC)
TIMES = st.integers(0, (LAST - FIRST) // dt.timedelta(microseconds=1)).map(
    lambda microseconds: FIRST + dt.timedelta(microseconds=microseconds)
)
TRANSACTIONS = st.builds(
    Transaction,
    journal=IDS,
    seq=AMOUNTS,
    at=TIMES,
    clock=st.sampled_from(ClockState),
    lines=st.lists(LINES, min_size=1, max_size=4).map(tuple),
    member=IDS | st.just(""),
    medium=IDS | st.just(""),
    operator=IDS | st.just(""),
    catalogue=st.integers(0, 2**53),
    ref=st.integers(0, 2**53),
)
SAMPLE = Transaction(
    "0" * 36,
    7,
    dt.datetime(2026, 11, 20, 2, 30, 15, tzinfo=dt.UTC),
    ClockState.SYNCED,
    (VisitRedeem("bath", (Leg("a1", 1),), "p1"),),
    "m1",
)


@given(TRANSACTIONS)
def test_what_is_written_reads_back_the_same_and_writes_the_same_bytes(one: Transaction) -> None:
    payload = encode(one)
    assert decode(payload) == one
    assert encode(decode(payload)) == payload


def test_the_bytes_of_a_known_row_never_change() -> None:
    expected = (
        b'{"journal":"000000000000000000000000000000000000","seq":7,'
        b'"at":"2026-11-20T02:30:15Z","clock":"synced",'
        b'"lines":[{"do":"visit.redeem","service":"bath","legs":[["a1",1]],"pet":"p1"}],'
        b'"member":"m1"}'
    )
    assert encode(SAMPLE) == expected


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_read_or_malformed(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode(payload)


@given(st.data())
def test_a_row_with_any_byte_changed_is_read_or_malformed(data: st.DataObject) -> None:
    payload = bytearray(encode(SAMPLE))
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = decode(bytes(payload))
    except Malformed:
        return
    assert decode(encode(found)) == found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.sampled_from(["journal", "seq", "at", "clock", "lines", "member", "ref", "x"]), JSON)
def test_a_field_of_any_other_shape_is_read_or_malformed(field: str, value: Any) -> None:
    row = msgspec.to_builtins(SAMPLE)
    payload = msgspec.json.encode(row | {field: value})
    try:
        found = decode(payload)
    except Malformed:
        return
    assert msgspec.to_builtins(found).get(field, value) == value


def raw(seq: str = "1", at: str = "2026-01-01T00:00:00Z", line: str | None = None) -> bytes:
    lines = line if line is not None else '{"do":"release","legs":[["a",1]]}'
    row = f'{{"journal":"j","seq":{seq},"at":"{at}","clock":"synced","lines":[{lines}]}}'
    return row.encode("latin-1")


def test_the_frame_of_the_cases_below_is_good() -> None:
    assert decode(raw()).lines == (Release((Leg("a", 1),)),)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[" * MAX_PAYLOAD,
        b'{"lines":' * 1_800,
        raw(line="[" * 8_000),
        raw(line='{"do":"release","legs":' + "[" * 8_000),
        # looking for the tag, the reader goes through whatever stands before it
        raw(line='{"x":' + "[" * 8_000),
        raw(line='{"x":' + "[" * 3_000 + "]" * 3_000 + ',"do":"release","legs":[]}'),
        raw(seq="9" * 5_000),
        raw(seq="1e999"),
        raw(seq="1.0"),
        raw(seq="NaN"),
        raw(seq="Infinity"),
        raw(seq="true"),
        raw(seq='"1"'),
        raw(seq="0"),
        raw(seq="-1"),
        raw(seq=str(MAX_AMOUNT + 1)),
        raw(seq='1,"stranger":1'),
        raw(at="2026-01-01T00:00:00"),
        raw(at="2026-01-01"),
        raw(at="2026-02-30T00:00:00Z"),
        raw(at="0001-01-01T00:00:00+14:00"),
        raw(at="1969-12-31T23:59:59Z"),
        raw(at="9999-12-31T23:59:59Z"),
        raw(line=""),
        raw(line=",".join(['{"do":"release","legs":[]}'] * 33)),
        raw(line='{"do":"value.steal","legs":[]}'),
        raw(line='{"legs":[]}'),
        raw(line='{"do":1,"legs":[]}'),
        raw(line='{"do":"release","legs":[["a",-1]]}'),
        raw(line='{"do":"release","legs":[["a",0]]}'),
        raw(line='{"do":"release","legs":[["a",1,1]]}'),
        raw(line='{"do":"release","legs":[["a"]]}'),
        raw(line='{"do":"release","legs":[["",1]]}'),
        raw(line='{"do":"release","legs":[["\\ud800",1]]}'),
        raw(line='{"do":"release","legs":[["\xff",1]]}'),
        raw(line='{"do":"value.redeem","service":"bath","price":-1,"legs":[]}'),
        raw(line='{"do":"visit.redeem","service":"bath\\n","legs":[]}'),
        raw() + b" " * MAX_PAYLOAD,
        raw() + raw(),
        b"\xef\xbb\xbf" + raw(),
        raw().decode().encode("utf-16"),
    ],
    ids=lambda payload: repr(payload[:24]),
)
def test_what_is_not_a_row_is_malformed(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode(payload)


def test_of_two_equal_keys_the_last_counts_on_both_sides_alike() -> None:
    assert decode(raw(seq='1,"seq":2')).seq == 2


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (Release(()),) * 33,
        (Release((Leg("a", -1),)),),
        (ValueRedeem("BATH", 1, ()),),
        (Release(tuple(Leg(f"account-{i:06d}", 1) for i in range(1_000))),),
    ],
    ids=["none", "too many", "negative", "not a code", "too long"],
)
def test_what_could_not_be_read_again_is_never_written(lines: tuple[AnyLine, ...]) -> None:
    with pytest.raises(Malformed):
        encode(msgspec.structs.replace(SAMPLE, lines=lines))
    with pytest.raises(Malformed):
        encode(msgspec.structs.replace(SAMPLE, at=SAMPLE.at.replace(tzinfo=None)))


@given(st.datetimes(timezones=st.timezones()), st.integers(-840, 840))
def test_every_time_that_reads_has_a_local_day(at: dt.datetime, offset: int) -> None:
    try:
        found = decode(msgspec.json.encode(msgspec.structs.replace(SAMPLE, at=at)))
    except Malformed:
        return
    assert local_time(found.at, offset).utcoffset() == dt.timedelta(minutes=offset)
    in_utc = found.at.astimezone(dt.UTC)
    assert local_day(in_utc, offset) == local_time(found.at, offset).date()


@given(st.lists(st.binary(max_size=30), max_size=5))
def test_the_chain_is_sha256_of_the_previous_hash_and_the_payload(payloads: list[bytes]) -> None:
    head = GENESIS
    for payload in payloads:
        following = chain(head, payload)
        assert following == hashlib.sha256(head + payload).digest()
        head = following
    assert len(head) == 32


def test_a_swap_or_a_change_anywhere_moves_the_head() -> None:
    def head(*payloads: bytes) -> bytes:
        found = GENESIS
        for payload in payloads:
            found = chain(found, payload)
        return found

    heads = {head(b"a", b"b"), head(b"b", b"a"), head(b"a", b"c"), head(b"a"), head(b"ab")}
    assert len(heads) == 5


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (VisitRedeem("bath", (Leg("a", 1),)), {"a": Delta(-1, -1)}),
        (
            ValueRedeem("bath", 500, (Leg("a", 300), Leg("b", 200))),
            {"a": Delta(-300, -300), "b": Delta(-200, -200)},
        ),
        (CouponRedeem("off", (Leg("a", 1),)), {"a": Delta(-1, -1)}),
        (PointsRedeem((Leg("a", 30),), "toy"), {"a": Delta(-30, -30)}),
        (ValueLoad("p", 100, Means.CASH, (Leg("a", 100),)), {"a": Delta(100, 100)}),
        (Release((Leg("a", 4),)), {"a": Delta(-4, 0)}),
        (ValueRedeem("bath", 0, ()), {}),
    ],
)
def test_the_rule_of_each_line(line: AnyLine, expected: dict[str, Delta]) -> None:
    assert deltas((line,)) == expected


@given(st.lists(LINES, max_size=5))
def test_lines_sum_by_account(lines: list[AnyLine]) -> None:
    held: Counter[str] = Counter()
    posted: Counter[str] = Counter()
    for line in lines:
        for account, delta in deltas((line,)).items():
            held[account] += delta.held
            posted[account] += delta.posted
    assert deltas(tuple(lines)) == {a: Delta(held[a], posted[a]) for a in held}
