"""What a row fills is opened first: a pass that it sells with its purses, a member's own purse."""

import datetime as dt

from central.books import purses
from central.books.facts import Facts, Finding
from central.books.sheet import Sheet
from central.shop import catalogues
from central.shop.choices import PurseKind
from central.shop.models import Account, CaseKind, Pass, Transaction
from kiosk.domain import transactions as rows
from kiosk.domain.catalogue import PassPlan

_LONGEST = 64


class Sales:
    """Opens purses for the rows of one batch."""

    def __init__(self, facts: Facts, sheet: Sheet) -> None:
        self._facts, self._sheet = facts, sheet
        self.findings: list[Finding] = []

    def open(self, stored: Transaction, row: rows.Transaction) -> frozenset[str]:
        """Open what a row is about to fill; return the accounts that are not its to fill.

        Those are the purses of a pass that is sold already: what a second sale of it loads goes to
        suspense, and so does what a void of that sale takes out.
        """
        self.findings = []
        taken: set[str] = set()
        for line in row.lines:
            match line:
                case rows.ValueLoad():
                    self._open_own(row, line)
                case rows.PassLoad() if not self._sell(stored, row, line):
                    taken |= {leg.account for leg in rows.legs_of(line)}
                case rows.Void() if original := self._facts.original(row):
                    taken |= original.taken
                case _:
                    pass
        return frozenset(taken)

    def _open_own(self, row: rows.Transaction, line: rows.ValueLoad) -> None:
        """Open the member's first purse of a kind, where the row calls it by its name."""
        unknown = {leg.account for leg in line.legs if self._sheet.purse(leg.account) is None}
        if not unknown or row.member not in self._facts.members:
            return
        opened = list(Account.objects.filter(member=row.member, punch_pass=None))
        for name, kind in purses.unopened(row.member, opened):
            if name in unknown:
                self._sheet.open(Account(pk=name, kind=kind, member_id=row.member))

    def _sell(self, stored: Transaction, row: rows.Transaction, line: rows.PassLoad) -> bool:
        """Make the pass and its purses; False when there is one of that id."""
        bought, gift = rows.pass_accounts(line.pass_id)
        names = {bought: PurseKind.PASS_BOUGHT} | ({gift: PurseKind.PASS_GIFT} if line.gift else {})
        if (
            Pass.objects.filter(pk=line.pass_id).exists()
            or Account.objects.filter(pk__in=(bought, gift)).exists()
        ):
            self.findings.append(Finding(CaseKind.PASS_EXISTS, {"pass": line.pass_id}))
            return False
        if row.member not in self._facts.members or len(gift) > _LONGEST:
            # nobody's pass: what it loads is of no known account, and a case says so
            return True
        sold = self._made(stored, row, line)
        for name, kind in names.items():
            self._sheet.open(Account(pk=name, kind=kind, member_id=row.member, punch_pass=sold))
        return True

    def _made(self, stored: Transaction, row: rows.Transaction, line: rows.PassLoad) -> Pass:
        plan = self._facts.pass_plan(row.catalogue, line.plan) or self._current(line.plan)
        return Pass.objects.create(
            pk=line.pass_id,
            member_id=row.member,
            name_zh=plan.name_zh if plan else line.plan,
            name_en=plan.name_en if plan else line.plan,
            services=list(plan.services) if plan else [],
            valid_until=_until(self._facts.day(row), plan.valid_days if plan else 365),
            price=line.paid,
            bought=line.bought.amount,
            transaction=stored,
        )

    def _current(self, code: str) -> PassPlan | None:
        """Find a plan in the list in force, when the row names a version that nobody has."""
        catalogue = catalogues.current(self._facts.store.pk)
        plans = catalogue.pass_plans if catalogue else ()
        return next((plan for plan in plans if plan.code == code), None)


def _until(day: dt.date, days: int) -> dt.date:
    """Add days; a clock that is at the end of the calendar sells a pass for ever."""
    return day + dt.timedelta(days=min(days, (dt.date.max - day).days))
