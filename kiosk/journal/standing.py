"""What the journal answers: where it stands, and what became of a spend."""

import dataclasses as dc

from kiosk.domain.devices import PrintOutcome
from kiosk.domain.errors import Fault, JournalError, KioskError, Retry
from kiosk.domain.transactions import Transaction
from kiosk.domain.views import MemberView
from kiosk.domain.wire import JournalState


@dc.dataclass(frozen=True, slots=True)
class Standing:
    """One consistent reading of where the journal stands.

    `head` is the hash of the last row in hex, `acknowledged` the mark through which central has
    answered, `applied` what central last said it has.  `central` and `epoch` name the books that
    this journal follows ("" and 0: none has welcomed it yet).  While `state` is not open nothing
    can be spent and `why` says the reason; `rolled_back` is the reason that no welcome lifts.
    """

    journal: str
    last_seq: int
    head: str
    acknowledged: int
    applied: int
    state: JournalState
    why: str
    rolled_back: bool
    directory_version: int
    catalogue_version: int
    pending_nonce: str | None
    pending_accounts: tuple[str, ...] | None
    central: str
    epoch: int

    @property
    def waiting(self) -> int:
        """Rows that central has not answered for (待上传)."""
        return self.last_seq - self.acknowledged


@dc.dataclass(frozen=True, slots=True)
class Receipt:
    """A spend that is on the disk as row `seq`; `view` is the member after it."""

    seq: int
    journal: str
    view: MemberView


@dc.dataclass(frozen=True, slots=True)
class Row:
    """One row of the chain, as stored."""

    seq: int
    payload: bytes
    hash: bytes


@dc.dataclass(frozen=True, slots=True)
class PrintRecord:
    """What became of one print of row `seq`; `copy` 0 is the first."""

    seq: int
    copy: int
    outcome: PrintOutcome


@dc.dataclass(frozen=True, slots=True)
class Attempt:
    """A spend whose COMMIT has not returned well: it counts if a row with this hash is there."""

    receipt: Receipt
    row: Transaction
    hash: bytes


class Damaged(JournalError):
    """The file is there, can be read, and is proven not to be what was written into it."""


class OutcomeUnknown(KioskError):
    """COMMIT raised and the file cannot be read now: spent or not, nobody knows yet.

    Not a JournalError, which promises that nothing was spent.  Ask `Journal.settle(attempt)` once
    the journal can be opened again.
    """

    fault = Fault.TECHNICIAN
    retry = Retry.LATER

    def __init__(self, attempt: Attempt, why: str) -> None:
        super().__init__(f"row {attempt.receipt.seq}: {why}")
        self.attempt = attempt
