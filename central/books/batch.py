"""Posting a batch of fresh rows (design, §6): money first, then what it was for.

Invariants: every row of the batch is in afterwards, with the deltas that the domain states for its
lines and nothing else but the points that central mints or takes back.  What a row claims and
nobody can answer for stands in suspense, and in a case.
"""

import logging
from collections.abc import Mapping, Sequence

from django.db import Error as DatabaseError
from django.db.models import Sum
from django.utils import timezone

from central.books import chain, journals
from central.books.checks import findings, points
from central.books.facts import Detail, Facts, Finding
from central.books.sales import Sales
from central.books.sheet import Sheet
from central.books.tickets import Tickets
from central.shop.choices import JournalState
from central.shop.models import (
    Account,
    Case,
    CaseKind,
    CheckIn,
    Entry,
    Journal,
    Member,
    Pass,
    Transaction,
)
from kiosk.domain import transactions as rows
from kiosk.domain import wire

log = logging.getLogger(__name__)


class Batch:
    """Fresh rows of one message; only the first of them may void an earlier one."""

    def __init__(
        self,
        journal: Journal,
        fresh: Sequence[chain.Row],
        read: Mapping[int, rows.Transaction | Finding],
    ) -> None:
        self.journal, self.fresh, self.read, self.now = journal, fresh, read, timezone.now()
        self.store = journal.terminal.store
        good = [row for part in fresh if isinstance(row := read[part.seq], rows.Transaction)]
        self.sheet = Sheet(self.store.pk, journal)
        self.sheet.load(
            leg.account for row in good for line in row.lines for leg in rows.legs_of(line)
        )
        self.facts = Facts(journal, self.sheet, good)
        self.sheet.load_points(self.facts.members)
        self.sales = Sales(self.facts, self.sheet)
        self.tickets = Tickets(self.facts, good)
        self.cases: list[Case] = []
        self.served: set[str] = set()

    def run(self) -> list[tuple[int, wire.ItemOutcome]]:
        """Post all rows and write them, with the journal's mark; return what became of each."""
        stored = Transaction.objects.bulk_create([self._stored(row) for row in self.fresh])
        outcomes = []
        for transaction in stored:
            before = len(self.cases)
            self._post(transaction, self.read[transaction.seq])
            case = len(self.cases) > before
            outcome = wire.ItemOutcome.CASE if case else wire.ItemOutcome.POSTED
            outcomes.append((transaction.seq, outcome))
        for pk in self.served:
            member = self.facts.members[pk]
            Member.objects.filter(pk=pk).update(
                last_service=member.last_service, last_pet=member.last_pet
            )
        # all whom a row names: a terminal keeps a row until the member's record says that it is in
        for pk in self.facts.members.keys() | self.tickets.touched:
            self.sheet.touch(pk)
        self.sheet.write()
        self.tickets.write()
        Case.objects.bulk_create(self.cases)
        if self.journal.state == JournalState.LOST:
            self._after_lost()
        self.journal.applied, self.journal.head = self.fresh[-1].seq, self.fresh[-1].hash
        self.journal.save(update_fields=["applied", "head"])
        return outcomes

    def _after_lost(self) -> None:
        """Count the rows that moved something although their journal was given up as lost."""
        read = [
            row for part in self.fresh if isinstance(row := self.read[part.seq], rows.Transaction)
        ]
        moved = [row for row in read if any(d.posted for d in rows.deltas(row.lines).values())]
        if moved:
            case, _ = Case.objects.get_or_create(
                kind=CaseKind.AFTER_LOST,
                journal=self.journal,
                open=True,
                defaults={"seq": moved[0].seq, "store": self.store, "detail": {"rows": 0}},
            )
            case.detail["rows"] += len(moved)
            case.save(update_fields=["detail"])

    def _stored(self, row: chain.Row) -> Transaction:
        read = self.read[row.seq]
        good = read if isinstance(read, rows.Transaction) else None
        return Transaction(
            journal=self.journal,
            seq=row.seq,
            prev=row.prev,
            hash=row.hash,
            payload=row.payload,
            member=good.member[:64] if good else "",
            operator=good.operator[:64] if good else "",
            at=good.at if good else None,
            received_at=self.now,
        )

    def _post(self, stored: Transaction, row: rows.Transaction | Finding) -> None:
        if isinstance(row, Finding):
            self._open(stored, row)
            return
        taken = self.sales.open(stored, row)
        try:
            found = list(findings(row, self.facts))
            minted = points(row, self.facts)
        except DatabaseError:
            raise
        except Exception as e:
            # A bug in a check must not stop this journal: the row counts, and the case says so.
            log.exception("journal %s row %d: check failed", self.journal.pk, row.seq)
            found, minted = [Finding(CaseKind.NOT_CHECKED, {"check": type(e).__name__})], 0
        for finding in [*self.sales.findings, *found]:
            self._open(stored, finding)
        self._move(stored, row, taken)
        minted += sum(
            self._check_in(stored, row, line)
            for line in row.lines
            if isinstance(line, rows.CheckIn)
        )
        if minted:
            self._points(stored, row.member, minted)
        self._served(row)
        for finding in self.tickets.serve(stored, row):
            self._open(stored, finding)
        if any(isinstance(line, rows.Void) for line in row.lines):
            self._undo(stored, row)

    def _move(self, stored: Transaction, row: rows.Transaction, taken: frozenset[str]) -> None:
        units = self.facts.units(row)
        for account_id, delta in sorted(rows.deltas(row.lines).items()):
            account = None if account_id in taken else self.sheet.purse(account_id)
            if account_id in taken:
                known: Detail = {"account": account_id, "amount": delta.posted}
                self._open(stored, Finding(CaseKind.UNKNOWN_ACCOUNT, known))
            elif account is not None and delta.posted > 0 and _ended(account):
                ended: Detail = {"account": account_id, "amount": delta.posted}
                self._open(stored, Finding(CaseKind.PASS_ENDED, ended))
            if account is None:
                self.sheet.suspend(units[account_id], delta.posted, stored)
            elif short := self.sheet.post(account, delta, stored):
                # given back after a restore: these books do not know of what they had granted
                settling = self.journal.settles_at is not None
                if not delta.posted and (
                    settling or journals.came_back(self.journal, account_id, short.held)
                ):
                    continue
                detail: Detail = {
                    "account": account_id,
                    "held": short.held,
                    "suspense": short.posted,
                }
                self._open(stored, Finding(CaseKind.NOT_COVERED, detail))

    def _points(self, stored: Transaction, member: str, amount: int) -> None:
        """Mint points, or take some back: what the member no longer has goes to suspense."""
        account = self.sheet.points_of(member)
        if short := self.sheet.post(account, rows.Delta(posted=amount), stored):
            detail: Detail = {"account": account.pk, "held": 0, "suspense": short.posted}
            self._open(stored, Finding(CaseKind.NOT_COVERED, detail))

    def _check_in(self, stored: Transaction, row: rows.Transaction, line: rows.CheckIn) -> int:
        """Note the member's first tap of a day; return its points, 0 if it was not the first."""
        if row.member not in self.facts.members:
            return 0
        _, first = CheckIn.objects.get_or_create(
            member_id=row.member,
            day=line.day,
            defaults={"points": self.store.checkin_points, "transaction": stored},
        )
        return self.store.checkin_points if first else 0

    def _served(self, row: rows.Transaction) -> None:
        """Remember what the member had last, to offer it first."""
        member = self.facts.members.get(row.member)
        for line in row.lines:
            if member is not None and isinstance(line, rows.VisitRedeem | rows.ValueRedeem):
                member.last_service = line.service
                member.last_pet = line.pet[:64] or member.last_pet
                self.served.add(member.pk)

    def _undo(self, stored: Transaction, row: rows.Transaction) -> None:
        """Undo, once, what the original brought about beside its legs; its check-in stays."""
        original = self.facts.original(row)
        if original is None or original.undone:
            return
        original.stored.voided_by = stored
        original.stored.save(update_fields=["voided_by"])
        self.tickets.undo(original.stored)
        Pass.objects.filter(transaction=original.stored).update(voided=True)
        self.sheet.touch(original.row.member)
        if self.facts.member(original.row.member) is None:
            return
        entries = Entry.objects.filter(
            transaction=original.stored,
            account=self.sheet.points_of(original.row.member),
            amount__gt=0,
        )
        earned = entries.aggregate(total=Sum("amount"))["total"] or 0
        kept = original.stored.check_ins.aggregate(total=Sum("points"))["total"] or 0
        back = min(earned - kept, points(original.row, self.facts))
        if back > 0:
            self._points(stored, original.row.member, -back)

    def _open(self, stored: Transaction, finding: Finding) -> None:
        self.cases.append(
            Case(
                kind=finding.kind,
                journal=self.journal,
                seq=stored.seq,
                transaction=stored,
                store=self.store,
                detail=finding.detail,
            )
        )


def _ended(account: Account) -> bool:
    """Whether this is a purse of a pass that staff have cancelled or moved meanwhile."""
    return account.punch_pass is not None and bool(account.punch_pass.ended)
