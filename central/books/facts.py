"""What is known about a batch of rows before it is posted; read once per batch."""

import dataclasses as dc
import datetime as dt
from collections.abc import Iterable

from central.books.sheet import Sheet
from central.shop import catalogues
from central.shop.models import (
    CaseKind,
    Coupon,
    Journal,
    Member,
    Operator,
    Pass,
    Pet,
    Transaction,
)
from kiosk.domain import transactions as rows
from kiosk.domain.catalogue import Catalogue, PassPlan
from kiosk.domain.clock import local_day
from kiosk.domain.errors import Malformed
from kiosk.domain.members import Size
from kiosk.domain.units import Unit

Detail = dict[str, str | int | None]


@dc.dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in codes and opaque ids."""

    kind: CaseKind
    detail: Detail


@dc.dataclass(frozen=True, slots=True)
class Original:
    """The row that a void undoes; `taken` are its accounts whose money went to suspense."""

    stored: Transaction
    row: rows.Transaction
    taken: frozenset[str]

    @property
    def undone(self) -> bool:
        """Whether a void, or a reversal at the desk, has undone it before."""
        return self.stored.voided_by_id is not None or hasattr(self.stored, "reversed_by")


class Facts:
    """Members, pets, operators and price lists that the rows name.

    A row with a void is the first of its batch, so that the row it undoes is in the database.
    """

    def __init__(self, journal: Journal, sheet: Sheet, batch: Iterable[rows.Transaction]) -> None:
        batch = list(batch)
        self.journal, self.sheet = journal, sheet
        self.store = journal.terminal.store
        self.members = Member.objects.in_bulk({row.member for row in batch if row.member})
        self.operators = Operator.objects.filter(store=self.store).in_bulk(
            {row.operator for row in batch if row.operator}
        )
        named = {getattr(line, "pet", "") for row in batch for line in row.lines}
        self._pets = Pet.objects.in_bulk(named - {""})
        self._catalogues: dict[int, Catalogue | None] = {}
        self._originals: dict[int, Original | None] = {}
        self._coupons: dict[str, Coupon | None] = {}

    def day(self, row: rows.Transaction) -> dt.date:
        """Return the shop's local day of a row."""
        return local_day(row.at, self.store.utc_offset_minutes)

    def catalogue(self, number: int) -> Catalogue | None:
        """Return the version that a row names."""
        if number not in self._catalogues:
            self._catalogues[number] = catalogues.version(self.store.pk, number)
        return self._catalogues[number]

    def coupon(self, account: str) -> Coupon | None:
        """Return what is known of a coupon that a row names."""
        if account not in self._coupons:
            self._coupons[account] = Coupon.objects.filter(pk=account).first()
        return self._coupons[account]

    def pass_plan(self, number: int, code: str) -> PassPlan | None:
        """Return a plan of the version that a row names."""
        catalogue = self.catalogue(number)
        plans = catalogue.pass_plans if catalogue else ()
        return next((plan for plan in plans if plan.code == code), None)

    def member(self, pk: str) -> Member | None:
        """Return a member, also one that no row of the batch names."""
        if pk and pk not in self.members:
            self.members |= Member.objects.in_bulk([pk])
        return self.members.get(pk)

    def pet(self, member: str, pk: str) -> Pet | None:
        """Return the member's pet; None when that member has no such pet."""
        if pk and pk not in self._pets:
            self._pets |= Pet.objects.in_bulk([pk])
        found = self._pets.get(pk)
        return found if found and found.member_id == member else None

    def size(self, row: rows.Transaction, pet: str) -> Size | None:
        """Return the size of the member's pet; None when that member has no such pet."""
        found = self.pet(row.member, pet)
        return Size(found.size) if found else None

    def original(self, row: rows.Transaction) -> Original | None:
        """Return the row that this one voids; None when there is none that can be voided."""
        if row.seq not in self._originals:
            self._originals[row.seq] = self._find(row)
        return self._originals[row.seq]

    def _find(self, row: rows.Transaction) -> Original | None:
        if not 0 < row.ref < row.seq:
            return None
        stored = Transaction.objects.get(journal=self.journal, seq=row.ref)
        try:
            found = rows.decode(bytes(stored.payload))
        except Malformed:
            return None
        lines = [line for line in found.lines if not isinstance(line, _NEVER_VOIDED)]
        if (found.journal, found.seq) != (self.journal.pk, row.ref) or not lines:
            return None
        sold = set(Pass.objects.filter(transaction=stored).values_list("pk", flat=True))
        loads = [line for line in lines if isinstance(line, rows.PassLoad)]
        taken = {
            leg.account for line in loads if line.pass_id not in sold for leg in rows.legs_of(line)
        }
        return Original(stored, found, frozenset(taken))

    def units(self, row: rows.Transaction) -> dict[str, Unit]:
        """Tell what each account counts in that a row names, should nobody know the account."""
        original = self.original(row) if any(isinstance(x, rows.Void) for x in row.lines) else None
        # of the original only its own lines: a forged chain of voids could be of any length
        lines = (*(original.row.lines if original else ()), *row.lines)
        found: dict[str, Unit] = {}
        for line in lines:
            for leg in rows.legs_of(line):
                found.setdefault(leg.account, unit(line))
        return found


_NEVER_VOIDED = (rows.Void, rows.Release, rows.CheckIn)


def unit(line: rows.AnyLine) -> Unit:
    """Tell what a line counts in."""
    match line:
        case rows.VisitRedeem() | rows.PassLoad() | rows.CouponRedeem():
            return Unit.VISITS
        case rows.PointsRedeem():
            return Unit.POINTS
        case _:
            return Unit.FEN
