"""Coupons and points at the commit: their own rules, held or not, used once, undone."""

import dataclasses as dc
import datetime as dt
from pathlib import Path

import msgspec
import pytest

from kiosk.domain.catalogue import Catalogue, Service
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import Button
from kiosk.domain.effects import Draft
from kiosk.domain.events import ButtonPressed, Correlation
from kiosk.domain.members import Coupon, MemberRecord, Purse, PurseKind, Size
from kiosk.domain.policy import Policy
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.rewards import CouponForm, CouponKind, PointsOffset, PointsReward, Window
from kiosk.domain.transactions import (
    AnyLine,
    CouponRedeem,
    Leg,
    PointsRedeem,
    ValueRedeem,
    VisitRedeem,
)
from kiosk.domain.views import Balance, OperatorView
from kiosk.flows import walk_in
from kiosk.flows.desk_states import Deciding, LogErrand, Tapped
from kiosk.flows.jobs import Shift
from kiosk.flows.step import Context
from kiosk.journal.journal import Journal
from tests.journal import shop
from tests.journal.shop import DAY, draft, page, record, visit, void

YESTERDAY, TOMORROW = DAY - dt.timedelta(1), DAY + dt.timedelta(1)
OPEN = Window(DAY, DAY)
OVER = Window(last=YESTERDAY)
CATALOGUE = Catalogue(
    version=3,
    store="s1",
    services=(
        Service("bath", "洗澡", "Bath", {Size.SMALL: 60}),
        Service("comb", "梳毛", "Combing", {Size.SMALL: 40}),
    ),
    coupon_kinds=(
        CouponKind("off", "减", "Off", CouponForm.OFF, off=10, threshold=50, window=OPEN),
        CouponKind("over", "减", "Off", CouponForm.OFF, off=10, window=OVER),
        CouponKind("baths", "减", "Off", CouponForm.OFF, off=10, services=("bath",)),
        CouponKind("free", "免费", "Free", CouponForm.GIFT, gives="bath"),
        CouponKind("toy", "玩具", "Toy", CouponForm.GIFT),
    ),
    points_offset=PointsOffset(10, 1),
    points_rewards=(
        PointsReward("toy", "玩具", "Toy", 20),
        PointsReward("late", "玩具", "Toy", 20, window=Window(first=TOMORROW)),
    ),
)
KINDS = [kind.code for kind in CATALOGUE.coupon_kinds]
POINTS = "m1.points"


def member(used: str = "") -> MemberRecord:
    """m1 with a coupon of each kind, one of them past its own last day, and points."""
    plain = record("m1")
    coupons = [Coupon(f"m1.{kind}", kind) for kind in KINDS]
    coupons.append(Coupon("m1.stale", "baths", YESTERDAY))
    purses = [Purse(c.account, PurseKind.COUPON, 0 if c.account == used else 1) for c in coupons]
    return msgspec.structs.replace(
        plain,
        purses=(*plain.purses, *purses, Purse(POINTS, PurseKind.POINTS, 100)),
        coupons=tuple(coupons),
    )


def stocked(journal: Journal, *, held: int = 1) -> Journal:
    journal.apply_directory(page(journal, [member(), record("m2")], operators=shop.OPERATORS))
    journal.store_catalogue(CATALOGUE)
    coupons = {f"m1_{kind}": held for kind in [*KINDS, "stale"] if held}
    shop.grant(journal, m1_principal=100, m1_points=50, **coupons)
    return journal


@pytest.fixture
def shopful(journal: Journal) -> Journal:
    return stocked(journal)


def coupon(kind: str, account: str = "", count: int = 1) -> CouponRedeem:
    return CouponRedeem(kind, (Leg(account or f"m1.{kind}", count),))


def points(count: int, reward: str = "") -> PointsRedeem:
    return PointsRedeem((Leg(POINTS, count),), reward)


def pay(price: int, service: str = "bath") -> ValueRedeem:
    return ValueRedeem(service, price, (Leg("m1.principal", price),) if price else ())


def refusal(journal: Journal, wanted: Draft) -> Reason:
    """Commit must refuse, and must leave not a trace."""
    before = (journal.standing(), shop.view(journal))
    with pytest.raises(Refusal) as refused:
        journal.commit(wanted)
    assert (journal.standing(), shop.view(journal)) == before
    return refused.value.reason


GOOD: list[tuple[AnyLine, ...]] = [
    (coupon("off"), pay(50)),
    (coupon("baths"), pay(50)),
    (coupon("free"), pay(0)),
    (points(50), pay(55)),
    (coupon("toy"),),
    (points(20, "toy"),),
    (visit(), coupon("off"), pay(50)),
]


@pytest.mark.parametrize("lines", GOOD)
def test_what_the_price_list_allows_is_one_row_and_can_be_undone(
    shopful: Journal, lines: tuple[AnyLine, ...]
) -> None:
    shop.grant(shopful, m1_bought=5)
    before = shop.view(shopful).balances
    receipt = shopful.commit(draft(*lines))
    assert receipt.seq == 1
    assert receipt.view.balances != before
    assert receipt.view.last is not None
    assert receipt.view.last.lines == lines
    undone = shopful.commit(void(lines, 1))
    assert undone.view.balances == before
    assert undone.view.tickets == ()


BAD: list[tuple[tuple[AnyLine, ...], Reason]] = [
    ((coupon("off"), pay(51)), Reason.NOT_ALLOWED),
    ((coupon("off"), pay(60)), Reason.NOT_ALLOWED),
    ((coupon("off"), pay(30, "comb")), Reason.BELOW_THRESHOLD),
    ((coupon("baths"), pay(30, "comb")), Reason.WRONG_SERVICE),
    ((coupon("free"), pay(0, "comb")), Reason.WRONG_SERVICE),
    ((coupon("off"), pay(50, "nothing")), Reason.WRONG_SERVICE),
    ((coupon("over"), pay(50)), Reason.COUPON_EXPIRED),
    ((coupon("baths", "m1.stale"), pay(50)), Reason.COUPON_EXPIRED),
    ((coupon("none", "m1.off"), pay(50)), Reason.NOT_ALLOWED),
    ((coupon("baths", "m1.off"), pay(50)), Reason.NOT_ALLOWED),
    ((coupon("off", "m1.principal"), pay(50)), Reason.NOT_ALLOWED),
    ((coupon("off", "m2.off"), pay(50)), Reason.NOT_ALLOWED),
    ((coupon("off", count=2), pay(50)), Reason.NOT_ALLOWED),
    ((coupon("off"), coupon("baths"), pay(40)), Reason.NOT_STACKABLE),
    ((coupon("off"), points(10), pay(49)), Reason.NOT_STACKABLE),
    ((coupon("off"),), Reason.NOT_ALLOWED),
    ((coupon("free"),), Reason.NOT_ALLOWED),
    ((points(15), pay(59)), Reason.NOT_ALLOWED),
    ((points(19, "toy"),), Reason.NOT_ALLOWED),
    ((points(20, "late"),), Reason.NOT_NOW),
    ((points(10),), Reason.NOT_ALLOWED),
    ((PointsRedeem((Leg("m1.off", 10),)), pay(59)), Reason.NOT_ALLOWED),
    ((points(60), pay(54)), Reason.HELD_ELSEWHERE),
    ((points(110), pay(49)), Reason.INSUFFICIENT_POINTS),
]


@pytest.mark.parametrize(("lines", "reason"), BAD)
def test_what_it_does_not_allow_is_refused_with_the_reason(
    shopful: Journal, lines: tuple[AnyLine, ...], reason: Reason
) -> None:
    assert refusal(shopful, draft(*lines)) is reason


def test_an_unsynced_clock_refuses_nothing_for_its_day(shopful: Journal) -> None:
    for lines in ((coupon("over"), pay(50)), (coupon("baths", "m1.stale"), pay(50))):
        shopful.commit(draft(*lines, clock=ClockState.UNSYNCED))
    shopful.commit(draft(points(20, "late"), clock=ClockState.UNSYNCED))
    assert shopful.standing().last_seq == 3


def test_a_price_list_that_is_not_here_refuses(shopful: Journal) -> None:
    missing = dc.replace(draft(coupon("off"), pay(50)), catalogue=99)
    assert refusal(shopful, missing) is Reason.CATALOGUE_MISSING


def test_a_coupon_is_used_once(shopful: Journal) -> None:
    again = draft(coupon("off"), pay(50))
    shopful.commit(again)
    assert shop.view(shopful).balances["m1.off"] == Balance(0, 0)
    assert refusal(shopful, again) is Reason.COUPON_USED


def test_over_two_kiosks_offline_only_the_one_that_holds_a_coupon_uses_it(
    shopful: Journal, tmp_path: Path
) -> None:
    other = stocked(Journal.open(tmp_path / "other.db"), held=0)
    wanted = draft(coupon("off"), pay(50))
    assert shop.view(other).balances["m1.off"] == Balance(shown=1, held=0)
    assert refusal(other, wanted) is Reason.HELD_ELSEWHERE
    shopful.commit(wanted)
    assert refusal(shopful, wanted) is Reason.COUPON_USED
    other.close()


def test_a_void_gives_a_coupon_back_also_when_central_has_it_as_used(shopful: Journal) -> None:
    lines = (coupon("off"), pay(50))
    shopful.commit(draft(*lines))
    posted = msgspec.structs.replace(member("m1.off"), tickets=(shop.ticket(shopful, 1, 1),))
    shopful.apply_directory(page(shopful, [posted], version=2, applied=1))
    assert shop.view(shopful).balances["m1.off"] == Balance(0, 0)
    undone = shopful.commit(void(lines, 1))
    assert undone.view.balances["m1.off"] == Balance(shown=1, held=1)
    assert refusal(shopful, void(lines, 1)) is Reason.NOT_ALLOWED
    shopful.commit(draft(*lines))


def test_goods_taken_and_not_seen_are_told_at_the_next_tap(shopful: Journal) -> None:
    shopful.commit(draft(points(20, "toy")))
    unshown = shop.view(shopful).unshown
    assert unshown is not None
    assert unshown.lines == (points(20, "toy"),)


def test_coupons_and_points_are_released_like_any_purse(shopful: Journal) -> None:
    assert shopful.release(["m1.off", POINTS], shop.NOW, ClockState.SYNCED) is not None
    view = shop.view(shopful)
    assert view.balances["m1.off"] == Balance(shown=1, held=0)
    assert view.balances[POINTS] == Balance(shown=100, held=0)
    assert refusal(shopful, draft(coupon("off"), pay(50))) is Reason.HELD_ELSEWHERE


@pytest.mark.parametrize("lines", [lines for lines in GOOD if isinstance(lines[-1], ValueRedeem)])
def test_a_groomer_takes_them_and_logs_in_one_row_which_can_be_undone(
    shopful: Journal, lines: tuple[AnyLine, ...]
) -> None:
    shop.grant(shopful, m1_bought=5)
    before = shop.view(shopful).balances
    logs = tuple(shop.log() for line in lines if isinstance(line, ValueRedeem | VisitRedeem))
    shopful.commit(draft(*lines, *logs, operator=shop.GROOMER))
    assert shop.view(shopful).tickets == ()
    undone = shopful.commit(void((*lines, *logs), 1, operator=shop.GROOMER))
    assert undone.view.balances == before
    assert undone.view.tickets == ()


def test_a_groomer_gets_no_other_terms_than_the_member(shopful: Journal) -> None:
    for lines, reason in BAD:
        if not isinstance(lines[-1], ValueRedeem):
            continue
        log = shop.log(service=lines[-1].service)
        assert refusal(shopful, draft(*lines, log, operator=shop.GROOMER)) is reason


def test_every_way_that_a_groomer_is_shown_is_written_as_it_stands(shopful: Journal) -> None:
    shop.grant(shopful, m1_bought=5)
    before = shop.view(shopful).balances
    context = Context(
        shop.NOW, 0.0, ClockState.SYNCED, "k1", Policy(), CATALOGUE, Correlation(1), online=True
    )
    groomer = next(o for o in shop.OPERATORS if o.operator == shop.GROOMER)
    shift = Shift(OperatorView(groomer, "card"), since=0.0, until=600.0)
    tapped = Tapped(shop.key("m1"), LogErrand("bath"))
    step = walk_in.begin(shift, tapped, shop.view(shopful), context)
    assert isinstance(step.state, Deciding)
    written = []
    for _ in step.state.ways:
        assert isinstance(step.state, Deciding)
        lines = step.state.draft.lines
        seq = shopful.commit(step.state.draft).seq
        written.append([type(line) for line in lines[:-1]])
        assert shopful.commit(void(lines, seq, operator=shop.GROOMER)).view.balances == before
        step = walk_in.next_way(step.state, ButtonPressed(Button.B), context)
    assert written == [
        [VisitRedeem],
        [CouponRedeem, ValueRedeem],  # a free bath
        [CouponRedeem, ValueRedeem],
        [ValueRedeem],
        [PointsRedeem, ValueRedeem],
    ]
