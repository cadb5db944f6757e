"""The journal: every method is one SQL transaction or one reading.  One thread, no lock.

Money invariants, kept here and tested over random histories and crash points:
- a spend is on the disk before `commit` returns, whole: row, hash, held and shown together;
- rows are a chain without gap: (journal, seq) is an identity for ever, and is never reused;
- for every account: held >= 0, and shown = posted + this journal's rows above central's applied;
- an error means that nothing was written; if that cannot be known it is OutcomeUnknown.
"""

import datetime as dt
import sqlite3
from collections.abc import Sequence

import msgspec

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.clock import ClockState
from kiosk.domain.devices import PrintOutcome
from kiosk.domain.effects import Draft
from kiosk.domain.errors import JournalError, ProtocolError
from kiosk.domain.media import MediumKey
from kiosk.domain.members import OperatorRecord
from kiosk.domain.refusals import Reason, Refusal
from kiosk.domain.views import MemberView, OperatorView, Workday
from kiosk.journal import (
    allowances,
    catalogues,
    central,
    chain,
    directory,
    marks,
    members,
    operators,
    rules,
    spends,
    views,
    workday,
)
from kiosk.journal.lifetime import OpenJournal
from kiosk.journal.standing import Attempt, OutcomeUnknown, PrintRecord, Receipt, Row, Standing
from kiosk.journal.store import CommitFailed


class Journal(OpenJournal):
    """Transactions, allowances and the directory of members of one terminal."""

    # --- what the flows ask

    def identify(self, medium: MediumKey) -> MemberView | OperatorView:
        """Say whose medium this is.

        Raises Refusal: UNKNOWN_MEDIUM, BLOCKED, and NOT_ALLOWED for a key that is both a member's
        and an operator's: nobody knows who stands there.
        """
        with self._store.reading() as db:
            operator = operators.identify(db, medium)
            known = members.owner_of(db, medium)
            if operator is not None and known is not None:
                raise Refusal(Reason.NOT_ALLOWED)
            if operator is not None:
                return operator
            found = known and next((m for m in known.record.media if m.key == medium), None)
            if not known or not found:
                raise Refusal(Reason.UNKNOWN_MEDIUM)
            rules.check_medium(found.medium, known.record)
            return views.now(db, known, found.medium, self._recent)

    def workday(self, operator: str, day: dt.date, since: dt.datetime) -> Workday:
        """Survey an operator's local `day`; rows that are not older than `since` may be undone."""
        with self._store.reading() as db:
            return workday.workday(db, self._recent, operator, day, since)

    def operators(self) -> tuple[OperatorRecord, ...]:
        """List who works here."""
        with self._store.reading() as db:
            return operators.listed(db)

    def commit(self, draft: Draft) -> Receipt:
        """Write a transaction of a member.  When this returns, it is on the disk.

        Everything is checked again here, by the directory and the balances of this moment.
        Raises Refusal: nothing was written.  If COMMIT itself raises, the file is closed, opened
        and asked: the row is there (Receipt) or not (JournalError); OutcomeUnknown if it cannot
        be asked now.
        """
        attempt: Attempt | None = None
        try:
            with self._store.transaction() as db:
                attempt = spends.spend(db, self._id, draft, self._recent)
        except CommitFailed as e:
            if attempt is None or self.path is None:
                raise
            return self._look_up(attempt, e)
        self._recent.begin(attempt.row.seq, draft.local_day)
        self._recent.add(attempt.row)
        return attempt.receipt

    def _look_up(self, attempt: Attempt, error: CommitFailed) -> Receipt:
        try:
            self.reopen()
        except JournalError as e:
            raise OutcomeUnknown(attempt, f"{error}; {e}") from e
        return self.settle(attempt)

    def settle(self, attempt: Attempt) -> Receipt:
        """Say what became of a commit that raised, once the journal is open again.

        Returns the receipt if the row is there.  Raises JournalError if it is not, and
        OutcomeUnknown again if the disk does not let it be known.
        """
        seq = attempt.receipt.seq
        if self._id != attempt.receipt.journal:
            raise OutcomeUnknown(attempt, f"{self.path} is another journal now")
        try:
            with self._store.reading() as db:
                written = chain.hash_at(db, seq) == attempt.hash
            # a flush has failed: what is read may be in memory only, so yes and no are both
            # made durable by another way before anybody is told
            self._store.settle()
        except JournalError as e:
            raise OutcomeUnknown(attempt, str(e)) from e
        if not written:
            raise JournalError(f"row {seq} was not written")
        return attempt.receipt

    def mark_shown(self, seq: int) -> None:
        """Note that the member has seen the result of row `seq`.  Waits for no flush."""
        with self._store.unsynced() as db:
            marks.mark_shown(db, seq)
        self._recent.show(seq)

    def record_print(self, seq: int, copy: int, outcome: PrintOutcome) -> None:
        """Note what became of a print of row `seq`; `copy` 0 is the first.  Waits for no flush."""
        with self._store.unsynced() as db:
            marks.record_print(db, PrintRecord(seq, copy, outcome))

    def prints(self, seq: int) -> tuple[PrintRecord, ...]:
        """List what is known of the prints of row `seq`."""
        with self._store.reading() as db:
            return marks.prints(db, seq)

    def catalogue(self, version: int | None = None) -> Catalogue | None:
        """Read a version of the price list, the newest by default; None if it is not here."""
        with self._store.reading() as db:
            return catalogues.read(db, version)

    # --- what the courier asks

    def standing(self) -> Standing:
        """Read where the journal stands."""
        with self._store.reading() as db:
            return central.standing(db)

    def batch(self, after: int, most_rows: int, most_bytes: int) -> wire.Transactions | None:
        """Read rows after+1… as stored, at least one; None if there is none.

        `most_bytes` bounds the sum of the payloads, but never the first row.
        """
        with self._store.reading() as db:
            return self._batch(db, after, most_rows, most_bytes)

    def _batch(
        self, db: sqlite3.Connection, after: int, most_rows: int, most_bytes: int
    ) -> wire.Transactions | None:
        found = list(chain.within(db, after, min(most_rows, wire.MAX_ROWS), most_bytes))
        if not found:
            return None
        prev = chain.hash_at(db, after)
        if prev is None:
            raise JournalError(f"row {after} is missing")
        payloads = [msgspec.Raw(row.payload) for row in found]
        return wire.Transactions(journal=self._id, first=after + 1, prev=prev.hex(), rows=payloads)

    def acknowledge(self, applied_through: int, head: str) -> None:
        """Move the acknowledged mark up; `head` (hex) must be the hash of that row.

        Another head quarantines the journal; a seq above our last one means that this card was
        rolled back.  Both stop all spending, and `standing` says why.
        """
        with self._store.transaction() as db:
            central.acknowledge(db, applied_through, head)

    def welcomed(
        self,
        applied: int,
        head: str,
        state: wire.JournalState,
        why: str,
        who: tuple[str, int] = ("", 0),
    ) -> wire.Transactions | None:
        """Set the acknowledged mark to central's, up or down, and take its opinion.

        Where this journal contradicts a central that has not quarantined it, it closes itself and
        returns the row that central would take next: this shows it to central as well, which a
        journal that only falls silent would not.  None: there is nothing to show.

        `who` is central's id and epoch, the first ones are followed from then on.  Raises
        ProtocolError for another central: nothing has changed.
        """
        with self._store.transaction() as db:
            central.follow(db, *who)
            agreed = central.welcome(db, applied, head, state, why)
            gone = applied < chain.floor(db)[0]
            if agreed or gone or state is wire.JournalState.QUARANTINED:
                return None
            return self._batch(db, applied, 1, 0)

    def begin_epoch(self, epoch: int, at: dt.datetime, clock: ClockState) -> None:
        """Give back all that is held, as rows, and take central's books as of this epoch.

        Raises Refusal(QUARANTINED): nothing has changed.
        """
        with self._store.transaction() as db:
            rows = list(spends.release_all(db, self._id, at, clock))
            central.begin_epoch(db, epoch)
        for row in rows:
            self._recent.add(row)

    def open_request(self, accounts: tuple[str, ...] | None) -> str:
        """Put a new nonce on the disk and return it; the pending one if there is one.

        None asks for all allowances.  Raises Refusal(QUARANTINED) while nothing can be spent.
        """
        with self._store.transaction() as db:
            spends.refuse_closed(db)
            if (pending := allowances.pending(db)) is not None:
                return pending[0]
            nonce = self._new_id()
            allowances.open_request(db, nonce, accounts)
        return nonce

    def apply_grant(self, grant: wire.AllowanceGrant) -> bool:
        """Add to what is held and use up the nonce; False, and nothing, if it is not pending."""
        if grant.journal != self._id:
            return False
        with self._store.transaction() as db:
            return allowances.add_grant(
                db, grant.nonce, [(g.account, g.amount) for g in grant.grants]
            )

    def release(self, accounts: Sequence[str], at: dt.datetime, clock: ClockState) -> int | None:
        """Give back what is held of these accounts, as a row of the chain; None if nothing is.

        Raises Refusal(QUARANTINED).
        """
        with self._store.transaction() as db:
            row = spends.release(db, self._id, accounts, at, clock)
        if row is None:
            return None
        self._recent.add(row)
        return row.seq

    def apply_directory(self, page: wire.DirectoryPage) -> None:
        """Store a page of members; the last one of its set makes its version current.

        Raises ProtocolError for a page of another journal or out of order.
        """
        if page.journal != self._id:
            raise ProtocolError("a directory page of another journal")
        with self._store.transaction() as db:
            directory.store(db, page, self._own.above(db, page.applied))

    def store_catalogue(self, catalogue: Catalogue) -> None:
        """Keep a version of the price list.

        Raises ProtocolError if that version is here with other contents.
        """
        with self._store.transaction() as db:
            catalogues.store(db, catalogue)

    # --- what a technician asks

    def verify(self) -> int:
        """Check every row and return the last seq.  Raises JournalError that names a bad row."""
        with self._store.reading() as db:
            return chain.verify(db, self._id)

    def rows(self, after: int, limit: int) -> tuple[Row, ...]:
        """Read up to `limit` rows above `after`, as stored."""
        with self._store.reading() as db:
            return tuple(chain.rows(db, after, limit))
