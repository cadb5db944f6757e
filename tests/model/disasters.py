"""Kills, cards that are put back or replaced, and what the desk does meanwhile."""

import datetime as dt
from collections import Counter

from django.contrib.auth import get_user_model
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import rule

from central.books import actions, journals, recalls
from central.desk import counter, reversals
from central.shop.models import (
    Account,
    Journal,
    Member,
    Pass,
    PassPlan,
    Store,
    TopUpPlan,
    Transaction,
)
from kiosk.domain.transactions import Leg, ValueRedeem
from tests.model.machine import PRICES, Day, members, pick, seldom, services, who
from tests.model.terminal import Card, Terminal

MOST_PUT_BACK = MOST_GIVEN_UP = 2
TODAY = dt.date(2025, 3, 4)


class Shop(Day):
    """A day on which everything goes wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[tuple[Terminal, Card]] = []
        self.put_back = self.gave_up = 0

    # --- terminals

    @rule(who=who)
    def killed(self, who: int) -> None:
        """The power is cut and the card copied; the daemon starts on the files as they are."""
        terminal = self.at(who)
        self.card_is_copied(who)
        self.shop.insert(terminal, terminal.card.image(terminal.new_folder()))
        self.shop.count("kiosk killed")

    @rule(who=who, member=members, written=st.booleans())
    def killed_in_a_spend(self, who: int, member: str, written: bool) -> None:
        """The power is cut before the commit, or between the commit and the receipt."""
        terminal, account = self.at(who), f"{member}.principal"
        before = terminal.card.image(terminal.new_folder())
        line = ValueRedeem("bath", PRICES["bath"], (Leg(account, PRICES["bath"]),))
        if written and self.write(terminal, member, line, {account: -PRICES["bath"]}):
            self.killed(who)
            self.shop.count("kiosk killed after the commit")
        elif not written:
            terminal.commit(terminal.draft(member, (line,)))
            self.shop.insert(terminal, before)
            self.shop.count("kiosk killed before the commit")

    @rule(who=who)
    def card_is_copied(self, who: int) -> None:
        terminal = self.at(who)
        self.images.append((terminal, terminal.card.image(terminal.new_folder())))

    @rule(index=pick, heard=st.booleans())
    def card_is_put_back(self, index: int, heard: bool) -> None:
        """An earlier image of the card that is in the terminal comes back; the rest was `heard`."""
        if heard and self.put_back < MOST_PUT_BACK:
            self.all_talk()
        found = [(t, image) for t, image in self.images if is_older(image, t.card)]
        if not found:
            for who in range(len(self.shop.terminals)):
                self.card_is_copied(who)
        elif self.put_back < MOST_PUT_BACK:
            self.put_back += 1
            self.shop.put_back(*found[index % len(found)])
            self.shop.count("cards put back")

    @rule(who=who, now=seldom)
    def reflashed(self, who: int, now: bool) -> None:
        """A blank card; the old one goes into a drawer."""
        terminal = self.at(who)
        if now and len(terminal.drawer) < 2:
            terminal.drawer.append(terminal.card)
            self.shop.insert(terminal, terminal.blank())
            self.shop.count("terminals reflashed")

    @rule(who=who, index=pick)
    def old_card_again(self, who: int, index: int) -> None:
        """A card from the drawer is exchanged for the one in the terminal."""
        terminal = self.at(who)
        if terminal.drawer:
            card = terminal.drawer.pop(index % len(terminal.drawer))
            terminal.drawer.append(terminal.card)
            self.shop.insert(terminal, card)
            self.shop.count("old cards again")

    # --- central

    @rule(who=who, answers=st.integers(0, 1))
    def central_dies_before_it_answers(self, who: int, answers: int) -> None:
        """What it did is committed; the terminal hears a part of it, or nothing."""
        self.at(who).want(None)
        if self.shop.central.running and self.shop.up(self.at(who), answers):
            self.shop.central_is(running=False)
            self.shop.count("central killed before its answer")

    @rule(who=who, statement=st.integers(0, 40))
    def central_dies_at_work(self, who: int, statement: int) -> None:
        """In the middle of its SQL."""
        central, terminal = self.shop.central, self.at(who)
        terminal.want(None)
        if central.running and central.killed(lambda: self.shop.up(terminal), statement):
            self.shop.central_is(running=False)
            self.shop.count("central killed at work")

    @rule()
    def central_starts(self) -> None:
        if not self.shop.central.running:
            self.shop.central_is(running=True)

    @rule()
    def central_looks_round(self) -> None:
        self.shop.news()

    @rule()
    def the_counter_waits_no_longer(self) -> None:
        recalls.expire(timezone.now() + dt.timedelta(days=1))

    @rule(index=pick, now=seldom)
    def given_up(self, index: int, now: bool) -> None:
        """Staff take a journal for lost; what it held is free for others."""
        cards = [c for c in self.shop.cards() if c.journal in self.shop.central.journals()]
        if now and cards and self.gave_up < MOST_GIVEN_UP:
            card = cards[index % len(cards)]
            try:
                journals.declare_lost(Journal.objects.get(pk=card.journal))
            except journals.NotSo:
                return
            self.gave_up += 1
            self.shop.give_up(card)
            self.shop.count("journals given up")

    @rule(member=members, now=seldom)
    def written_off(self, member: str, now: bool) -> None:
        """Staff do not wait for the terminals that hold a purse."""
        if now and self.gave_up < MOST_GIVEN_UP:
            account = f"{member}.principal"
            holders = [j for (j, a), n in self.shop.central.leased().items() if a == account and n]
            if holders:
                self.gave_up += 1
                for card in self.shop.cards():
                    if card.journal in holders:
                        self.shop.give_up(card, account)
                journals.write_off([account])
                self.shop.count("accounts written off")

    # --- the desk: the web process, beside the one that talks to terminals

    @rule(member=members, now=seldom)
    def desk_tops_up(self, member: str, now: bool) -> None:
        if not now:
            return
        actions.top_up(Member.objects.get(pk=member), TopUpPlan.objects.get())
        self.shop.ledger.at_the_desk({f"{member}.principal": 500, f"{member}.bonus": 100})
        self.shop.count("desk: top-up")

    @rule(member=members, now=seldom)
    def desk_sells_a_pass(self, member: str, now: bool) -> None:
        if not now:
            return
        sold = actions.sell_pass(Member.objects.get(pk=member), PassPlan.objects.get(), TODAY)
        moved = {str(a.pk): 3 if a.kind == "pass_bought" else 1 for a in sold.accounts.all()}
        self.shop.ledger.at_the_desk(moved)
        self.shop.count("desk: pass")

    @rule(index=pick, amount=st.sampled_from([-300, -100, -1, 1, 200]))
    def desk_corrects(self, index: int, amount: int) -> None:
        found = Account.objects.exclude(kind__in=("coupon", "points", "suspense")).order_by("pk")
        account = found[index % len(found)]
        if account.punch_pass_id:
            amount = 1 if amount > 0 else -1
        try:
            actions.adjust("s1", account, amount, "model")
        except actions.HeldElsewhere:
            self.shop.count("desk: held elsewhere")
        else:
            self.shop.ledger.at_the_desk({account.pk: amount})
            self.shop.count("desk: correction")

    @rule(member=members, service=services, with_pass=st.booleans(), index=pick)
    def desk_redeems(self, member: str, service: str, with_pass: bool, index: int) -> None:
        """A forgotten card: the same goods, from what is free."""
        passes = list(Pass.objects.filter(member=member, voided=False).order_by("pk"))
        used = passes[index % len(passes)] if with_pass and passes else None
        service = "bath" if used else service
        before = {a: p for a, _, p, _ in self.shop.central.accounts()}
        try:
            actions.redeem_at_counter(
                Store.objects.get(), Member.objects.get(pk=member), service, TODAY, None, used
            )
        except actions.HeldElsewhere:
            self.shop.count("desk: held elsewhere")
            return
        except actions.NotUsable:
            return
        after = {a: p for a, _, p, _ in self.shop.central.accounts()}
        moved = {a: after[a] - before.get(a, 0) for a in after if after[a] != before.get(a, 0)}
        points = moved.pop(f"{member}.points", 0)
        assert -sum(moved.values()) == (1 if used else PRICES[service])
        assert points == (0 if used else PRICES[service] // 100)
        self.shop.ledger.at_the_desk(moved | {f"{member}.points": points})
        self.shop.count("desk: redeemed")

    @rule(index=pick)
    def desk_reverses(self, index: int) -> None:
        """A row of a terminal is too old to be undone there."""
        rows = [row for row in self.shop.central.seen_rows() if row.may_be_undone]
        if not rows:
            return
        row = rows[index % len(rows)]
        found = Transaction.objects.get(journal=row.journal, seq=row.seq)
        user = get_user_model()._default_manager.get()
        try:
            reversals.reverse(found, "model", user)
        except actions.HeldElsewhere:
            self.shop.count("desk: held elsewhere")
            return
        except counter.NotNow:
            return
        moved = Counter({account: -amount for account, amount in row.posted.items()})
        moved[f"{row.member}.points"] -= row.points
        self.shop.ledger.at_the_desk(moved)
        self.shop.central.posted.points_back += row.points
        self.shop.central.reversed.add((row.journal, row.seq))
        self.shop.count("desk: reversed")


def is_older(image: Card, card: Card) -> bool:
    """Tell whether this is an image of the card, from which it differs."""
    same = (image.rows, image.pending, image.used) == (card.rows, card.pending, card.used)
    return image.journal == card.journal and not same
