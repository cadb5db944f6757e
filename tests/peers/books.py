"""A small central in memory: the rules of docs/protocol.md and no more, for tests of the kiosk.

One store, one journal at a time, one member per account.  It asserts what must never happen: a row
out of order, a row twice, more leased than posted.
"""

import datetime as dt

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.members import Medium, MemberRecord, Purse, PurseKind
from kiosk.domain.policy import Policy
from kiosk.domain.transactions import GENESIS, chain, decode, deltas
from kiosk.domain.wire import JournalState

NOW = dt.datetime(2026, 3, 4, 9, 0, tzinfo=dt.UTC)


class Books:
    """Balances in 分, the rows applied, the grants given.  `page` members to a directory page."""

    def __init__(self, members: dict[str, int], page: int = 2, most_grants: int = 100) -> None:
        self.posted = {f"a-{m}": amount for m, amount in members.items()}
        self.leased = dict.fromkeys(self.posted, 0)
        self.rows: list[bytes] = []
        self.hashes: list[bytes] = []
        self.grants: dict[str, wire.AllowanceGrant] = {}
        self.changed = dict.fromkeys(members, 1)
        self.version = 1
        self.journal = self.central = ""
        self.epoch = 0
        self.state = JournalState.OPEN
        self.policy = Policy(version=1)
        self.catalogue: Catalogue | None = None
        self.seen: list[str] = []
        self._page, self._most = page, most_grants

    @property
    def applied(self) -> int:
        return len(self.rows)

    @property
    def head(self) -> str:
        return (self.hashes[-1] if self.hashes else GENESIS).hex()

    def credit(self, member: str, amount: int) -> list[wire.Down]:
        """Money comes in at the counter."""
        self.posted[f"a-{member}"] += amount
        self._touch(member)
        return [wire.AllowanceOffer(accounts=[f"a-{member}"])]

    def recall(self, *members: str) -> wire.AllowanceRecall:
        """Ask for the allowance of these members."""
        return wire.AllowanceRecall(accounts=[f"a-{member}" for member in members])

    def restore(self, applied: int) -> None:
        """Come back from a backup that has fewer rows; grants were kept."""
        for payload in self.rows[applied:]:
            for account, delta in deltas(decode(payload).lines).items():
                self.posted[account] -= delta.posted
                self.leased[account] -= delta.held
        del self.rows[applied:], self.hashes[applied:]

    def answer(self, message: wire.Up) -> list[wire.Down]:
        """Do what a message asks, and answer."""
        match message:
            case wire.Hello():
                return self._welcome(message)
            case wire.Transactions():
                return [self._apply(message)]
            case wire.AllowanceRequest():
                return [self._grant(message)]
            case wire.DirectoryRequest():
                return [*self.pages(message.since)]
            case wire.MediumSeen():
                self.seen.append(message.key)
                return []
            case wire.Health():
                return []

    def _welcome(self, hello: wire.Hello) -> list[wire.Down]:
        assert self.journal in ("", hello.journal)
        self.journal = hello.journal
        answers: list[wire.Down] = [
            wire.Welcome(
                journal=hello.journal,
                state=self.state,
                applied=self.applied,
                head=self.head,
                directory_version=self.version,
                now=NOW,
                central=self.central,
                epoch=self.epoch,
            )
        ]
        if hello.policy_version != self.policy.version:
            answers.append(wire.PolicyUpdate(policy=self.policy))
        if self.catalogue is not None and hello.catalogue_version != self.catalogue.version:
            answers.append(wire.CatalogueUpdate(catalogue=self.catalogue))
        return answers

    def _apply(self, batch: wire.Transactions) -> wire.Ack:
        prev = bytes.fromhex(batch.prev)
        for seq, raw in enumerate(batch.rows, batch.first):
            payload = bytes(raw)
            this = chain(prev, payload)
            if self.state is JournalState.QUARANTINED:
                break
            if seq <= self.applied:
                if self.hashes[seq - 1] != this:
                    self.state = JournalState.QUARANTINED
            elif seq == self.applied + 1 and prev.hex() != self.head:
                self.state = JournalState.QUARANTINED
            elif seq == self.applied + 1:
                self._post(seq, payload, this)
            prev = this
        return wire.Ack(
            journal=batch.journal, applied_through=self.applied, head=self.head, state=self.state
        )

    def _post(self, seq: int, payload: bytes, this: bytes) -> None:
        row = decode(payload)
        assert row.seq == seq
        for account, delta in deltas(row.lines).items():
            self.posted[account] += delta.posted
            self.leased[account] += delta.held
            assert 0 <= self.leased[account] <= self.posted[account]
            self._touch(account.removeprefix("a-"))
        self.rows.append(payload)
        self.hashes.append(this)

    def _grant(self, request: wire.AllowanceRequest) -> wire.AllowanceGrant:
        if request.nonce not in self.grants:
            wanted = self.posted.keys() if request.accounts is None else request.accounts
            free = {a: self.posted[a] - self.leased[a] for a in wanted if a in self.posted}
            chosen = [(a, amount) for a, amount in free.items() if amount > 0]
            if self.state is not JournalState.OPEN:
                chosen = []
            for account, amount in chosen[: self._most]:
                self.leased[account] += amount
            self.grants[request.nonce] = wire.AllowanceGrant(
                journal=request.journal,
                nonce=request.nonce,
                grants=[wire.Grant(a, amount) for a, amount in chosen[: self._most]],
                more=len(chosen) > self._most,
            )
        return self.grants[request.nonce]

    def pages(self, since: int) -> list[wire.DirectoryPage]:
        """The directory since a version; 0 for all of it."""
        since = since if since <= self.version else 0
        wanted = [m for m, version in self.changed.items() if version > since]
        parts = [wanted[i : i + self._page] for i in range(0, len(wanted), self._page)] or [[]]
        return [
            wire.DirectoryPage(
                journal=self.journal,
                full=since == 0,
                since=since,
                page=number,
                last=number == len(parts) - 1,
                version=self.version,
                applied=self.applied,
                members=[self.record(member) for member in part],
            )
            for number, part in enumerate(parts)
        ]

    def record(self, member: str) -> MemberRecord:
        """Write a member's record."""
        account = f"a-{member}"
        return MemberRecord(
            member=member,
            masked_name="王*",
            purses=(Purse(account, PurseKind.PRINCIPAL, self.posted[account]),),
            media=(Medium(f"m-{member}", f"pm1:token-{member}"),),
        )

    def _touch(self, member: str) -> None:
        self.version += 1
        self.changed[member] = self.version
