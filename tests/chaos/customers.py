"""What the people in front of a kiosk want: one draft after the other, with what it shall move.

The moves are what goes over the counter, added up here and not by the journal: positive where
money comes in, negative where goods go out.
"""

import dataclasses as dc
import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence

from kiosk.domain import pricing
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState, local_day
from kiosk.domain.effects import Draft
from kiosk.domain.members import Purse, PurseKind
from kiosk.domain.transactions import (
    AnyLine,
    CheckIn,
    CouponRedeem,
    Leg,
    Means,
    PassLoad,
    PointsRedeem,
    ValueLoad,
    ValueRedeem,
    VisitLog,
    VisitRedeem,
    Void,
    legs_of,
    pass_accounts,
    undo,
)
from kiosk.domain.views import NOTHING, Balance, MemberView

UTC_OFFSET = 480
REGRET = dt.timedelta(seconds=60)
"""How long after a row the manager is asked to undo it; the shop's limit is five minutes."""

VALUE = (PurseKind.PRINCIPAL, PurseKind.BONUS)
VISITS = (PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT)
WISHES = {
    "visit": 30, "pay": 24, "points": 6, "coupon": 6, "reward": 3, "bath now": 8, "log": 8,
    "top up": 4, "buy pass": 2, "void": 9,
}  # fmt: skip
"""Of a hundred people, how many want what.  Who has nothing left buys instead."""


class Elsewhere(Exception):
    """The member has it, and another terminal or central holds it: ask for these accounts."""

    def __init__(self, accounts: Sequence[str]) -> None:
        super().__init__(*accounts)
        self.accounts = tuple(accounts)


class Nothing(Exception):
    """The member has not got it, or there is nothing to do."""


@dc.dataclass(frozen=True)
class Wish:
    """A draft, the name of what it is, and what it moves by account."""

    kind: str
    draft: Draft
    moves: Counter[str]


class Customer:
    """A member at the counter; `journal` is the kiosk's, `at` the time of what is written now."""

    def __init__(
        self,
        dice: random.Random,
        view: MemberView,
        catalogue: Catalogue,
        journal: str,
        at: dt.datetime,
    ) -> None:
        self._dice, self._view, self._catalogue = dice, view, catalogue
        self._journal, self._at = journal, at
        self._day = local_day(at, UTC_OFFSET)
        self._pet = view.record.pets[0]

    def wish(self) -> Wish:
        """Decide.  Raises Elsewhere."""
        [kind] = self._dice.choices(list(WISHES), list(WISHES.values()))
        try:
            return self._make(kind)
        except Nothing:
            buy = "buy pass" if kind in ("visit", "bath now") else "top up"
            return self._make(buy)

    def _make(self, kind: str) -> Wish:
        match kind:
            case "visit":
                return self._spend(kind, self._visit())
            case "bath now":
                log = VisitLog(service="bath", pet=self._pet.pet)
                return self._spend(kind, self._visit(), log, operator="o-groomer")
            case "pay" | "points" | "coupon":
                return self._spend(kind, *self._pay(kind))
            case "reward":
                purses = self._view.purses(PurseKind.POINTS)
                return self._spend(kind, PointsRedeem(self._take(200, purses), reward="toy-200"))
            case "log":
                return self._log()
            case "void":
                return self._void()
            case "buy pass":
                return self._buy_pass()
            case _:
                return self.top_up()

    # --- spending

    def _visit(self) -> VisitRedeem:
        passes = [p for p in self._view.record.passes if self._view.visits(p).shown]
        if not passes:
            raise Nothing
        chosen = self._dice.choice(passes)
        purses = self._view.purses(*VISITS, pass_id=chosen.pass_id)
        return VisitRedeem(service="bath", legs=self._take(1, purses), pet=self._pet.pet)

    def _pay(self, kind: str) -> list[AnyLine]:
        service = self._dice.choice(["bath", "bath", "training"])
        used: list[AnyLine] = []
        terms = pricing.LIST_PRICE
        if kind == "coupon":
            found = self._view.record.coupons
            offered = self._catalogue.coupon_kind(found[0].kind) if found else None
            if offered is None:
                raise Nothing
            used = [CouponRedeem(offered.code, self._take(1, self._view.purses(PurseKind.COUPON)))]
            terms = pricing.Terms(coupons=(offered,))
        elif kind == "points":
            purses = self._view.purses(PurseKind.POINTS)
            used = [PointsRedeem(self._take(100, purses))]
            terms = pricing.Terms(points=100)
        size, tier = self._pet.size, self._view.record.tier
        price = pricing.quote(self._catalogue, service, size, tier, self._day, terms).price
        paid = self._take(price, self._view.purses(*VALUE))
        return [*used, ValueRedeem(service=service, price=price, legs=paid, pet=self._pet.pet)]

    def _take(self, amount: int, purses: list[tuple[Purse, Balance]]) -> tuple[Leg, ...]:
        taken = pricing.legs(amount, [(purse, balance.held) for purse, balance in purses])
        if taken is not None:
            return taken
        if sum(balance.shown for _, balance in purses) >= amount:
            raise Elsewhere([p.account for p, balance in purses if balance.shown > balance.held])
        raise Nothing

    def _spend(self, kind: str, *lines: AnyLine, operator: str = "") -> Wish:
        first_today = self._view.checked_in != self._day
        with_check_in = (*lines, CheckIn(self._day)) if first_today else lines
        return self._wish(kind, with_check_in, -1, operator)

    # --- staff

    def top_up(self) -> Wish:
        """Buy stored value: that is always possible."""
        [plan] = self._catalogue.top_up_plans
        accounts = {p.kind: p.account for p in self._view.record.purses if not p.pass_id}
        legs = (
            Leg(accounts[PurseKind.PRINCIPAL], plan.pay),
            Leg(accounts[PurseKind.BONUS], plan.bonus),
        )
        line = ValueLoad(plan=plan.code, paid=plan.pay, means=Means.CASH, legs=legs)
        return self._wish("top up", (line,), 1, "o-cashier")

    def _buy_pass(self) -> Wish:
        [plan] = self._catalogue.pass_plans
        pass_id = f"pass-{self._dice.getrandbits(64):016x}"
        bought, gift = pass_accounts(pass_id)
        line = PassLoad(
            plan=plan.code,
            paid=plan.price,
            means=Means.WECHAT,
            pass_id=pass_id,
            bought=Leg(bought, plan.bought),
            gift=Leg(gift, plan.gift),
        )
        return self._wish("buy pass", (line,), 1, "o-cashier")

    def _log(self) -> Wish:
        # a ticket of another kiosk may be closed there at this moment: that would be a case
        own = [t for t in self._view.tickets if t.ticket.startswith(f"{self._journal}.")]
        if not own:
            raise Nothing
        line = VisitLog(service=own[0].service, pet=own[0].pet, ticket=own[0].ticket)
        return self._wish("log", (line,), 0, "o-groomer")

    def _void(self) -> Wish:
        last = self._view.last
        if last is None or self._at - last.at > REGRET:
            raise Nothing
        line: Void = undo(last.lines)
        loaded = any(isinstance(x, ValueLoad | PassLoad) for x in last.lines)
        held = self._view.balances
        if any(held.get(leg.account, NOTHING).held < leg.amount for leg in line.out):
            raise Nothing  # it went back to central, or is spent
        wish = self._wish("void", last.lines, -1 if loaded else 1, "o-manager")
        draft = dc.replace(wish.draft, lines=(line,), ref=last.seq)
        return dc.replace(wish, draft=draft)

    def _wish(self, kind: str, lines: tuple[AnyLine, ...], sign: int, operator: str) -> Wish:
        moves: Counter[str] = Counter()
        for leg in (leg for line in lines for leg in legs_of(line)):
            moves[leg.account] += sign * leg.amount
        draft = Draft(
            at=self._at,
            clock=ClockState.SYNCED,
            local_day=self._day,
            lines=lines,
            member=self._view.record.member,
            medium=self._view.medium,
            catalogue=self._catalogue.version,
            operator=operator,
        )
        return Wish(kind, draft, moves)
