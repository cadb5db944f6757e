"""What central answers and when it speaks first.  No network here: messages in, messages out.

Store and terminal come from the topic, which the broker's access list ties to the credential; what
a message claims about itself must agree.  Everything an answer says is committed before it is made.
"""

import collections
import dataclasses as dc
import datetime as dt
import logging
from collections.abc import Iterator

from django.db.models import F
from django.utils import timezone

from central.books import allowances, apply, bonus, directory, epochs, recalls
from central.shop import catalogues, policies
from central.shop.models import Journal, Medium, Outgoing, SeenMedium, Store, Terminal
from central.sync import directory as records
from central.sync import greeting
from central.sync.presence import Address, Presence
from kiosk.domain import wire
from kiosk.domain.clock import local_day
from kiosk.domain.errors import ProtocolError

log = logging.getLogger(__name__)

CHORES = dt.timedelta(seconds=30)
"""How often to look whether a bonus is due or a recall is over."""


GAPS = 3
"""Hellos after which a journal that still begins above its mark is believed to lack the rows."""


@dc.dataclass(slots=True)
class Session:
    """A terminal that has said hello: its journal and the directory version it is led to.

    `offered` are accounts that it was told of and has not asked for yet: that it then asks does
    not say that it needs them.  `gapped`: it has sent rows from above a gap.
    """

    journal: str
    directory_version: int
    offered: set[str] = dc.field(default_factory=set)
    gapped: bool = False


class Service:
    """Answers terminals and tells them news.  One thread."""

    def __init__(self) -> None:
        self._sessions: dict[Address, Session] = {}
        self._gaps: collections.Counter[tuple[str, int]] = collections.Counter()
        self._asked: dict[Address, wire.AllowanceRequest] = {}
        self._presence = Presence()
        self._new = True
        self._next_chores: dt.datetime | None = None

    def receive(self, address: Address, message: wire.Up) -> Iterator[wire.Down]:
        """Do what a terminal asks and yield the answers.  Raises ProtocolError."""
        match message:
            case wire.Hello():
                yield from self._hello(address, message)
            case wire.Transactions():
                ack = apply.apply(*address, message)
                self._gap(address, message, ack)
                yield ack
                self._presence.sent(address, ack)
                if ack.state is wire.JournalState.FROZEN:
                    yield from self._recall(recalls.all_of(message.journal)[: allowances.MOST])
            case wire.AllowanceRequest():
                yield from self._allowance(address, message)
            case wire.DirectoryRequest():
                journal = apply.journal_of(*address, message.journal)
                yield from self._directory(address, journal.pk, message.since)
            case wire.MediumSeen():
                _seen(_terminal(address), message)
            case wire.Health():
                self._presence.felt(_terminal(address), message)
        # last: no answer waits for it
        self._presence.heard(address)

    def _allowance(self, address: Address, message: wire.AllowanceRequest) -> Iterator[wire.Down]:
        """Answer a request; after a restore, once every terminal has given back what it held."""
        journal = apply.journal_of(*address, message.journal)
        with directory.writing():
            # asked where it is leased: another process may find any moment that books are old
            awaited = epochs.awaited(timezone.now())
            granted = None if awaited else allowances.answer(journal.pk, message)
        if granted is None:
            log.info("nothing is granted before %s have been heard", ", ".join(awaited))
            self._asked[address] = message
            return
        self._asked.pop(address, None)
        yield granted
        self._needed(address, journal.pk, message.accounts)

    def _gap(self, address: Address, message: wire.Transactions, ack: wire.Ack) -> None:
        """Quarantine a journal that cannot fill a gap: welcomed again and again, it begins above.

        Once is no proof, the batch may have been under way when central was restored; its kiosk
        says hello after each, and hears where to begin.
        """
        session = self._sessions.get(address)
        if message.first <= ack.applied_through + 1 or session is None or session.gapped:
            return
        session.gapped = True
        gap = (message.journal, ack.applied_through)
        self._gaps[gap] += 1
        if self._gaps[gap] >= GAPS and ack.state is wire.JournalState.OPEN:
            self._gaps.clear()
            apply.give_up_gap(*address, message.journal, ack.applied_through)

    def left(self, address: Address) -> None:
        """The terminal's last will, or its farewell: nothing is pushed to it any more."""
        self._sessions.pop(address, None)
        self._asked.pop(address, None)
        self._presence.left(address)

    def dropped(self, address: Address) -> None:
        """Count a message that could not be read or was not the terminal's to send, for staff."""
        terminal = Terminal.objects.filter(store=address[0], code=address[1])
        terminal.update(dropped=F("dropped") + 1)
        self._presence.heard(address)

    def news(self) -> Iterator[tuple[Address, wire.Down]]:
        """Yield what has changed since the last call, for each terminal that it concerns."""
        if self._new:
            # who was online under an earlier connection says hello again
            for terminal in Terminal.objects.filter(online=True):
                if (terminal.store_id, terminal.code) not in self._sessions:
                    self.left((terminal.store_id, terminal.code))
            self._new = False
        self._chores(timezone.now())
        if self._asked and not epochs.awaited(timezone.now()):
            for address, asked in list(self._asked.items()):
                yield from ((address, answer) for answer in self._allowance(address, asked))
        rows = list(Outgoing.objects.order_by("pk"))
        for address, session in list(self._sessions.items()):
            for message in self._told(address, session, rows):
                yield address, message
        Outgoing.objects.filter(pk__in=[row.pk for row in rows]).delete()

    def _chores(self, now: dt.datetime) -> None:
        if self._next_chores is not None and now < self._next_chores:
            return
        self._next_chores = now + CHORES
        recalls.expire(now)
        for store in Store.objects.all():
            bonus.release_bonus(store.pk, local_day(now, store.utc_offset_minutes))

    def _told(
        self, address: Address, session: Session, rows: list[Outgoing]
    ) -> Iterator[wire.Down]:
        mine = [
            row
            for row in rows
            if row.store_id in (None, address[0]) and row.not_to != session.journal
        ]
        kinds = {row.kind for row in mine}
        if any(session.journal in row.accounts for row in mine if row.kind == Outgoing.OPINION):
            yield _welcome(Journal.objects.get(pk=session.journal))
        if Outgoing.POLICY in kinds:
            yield from self._policy(address[0])
        if Outgoing.CATALOGUE in kinds:
            yield from self._catalogue(address[0])
        if 0 < session.directory_version < directory.version():
            yield from self._directory(address, session.journal, session.directory_version)
        called = {a for row in mine if row.kind == Outgoing.RECALL for a in row.accounts}
        if called:
            yield from self._recall(recalls.held_of(session.journal, called))
        offered = sorted({a for row in mine if row.kind == Outgoing.OFFER for a in row.accounts})
        session.offered.update(offered)
        for start in range(0, len(offered), allowances.MOST):
            yield wire.AllowanceOffer(accounts=offered[start : start + allowances.MOST])

    def _hello(self, address: Address, hello: wire.Hello) -> Iterator[wire.Down]:
        if (hello.store, hello.terminal) != address:
            raise ProtocolError(f"hello of another terminal on the topic of {'/'.join(address)}")
        journal = greeting.meet(_terminal(address), hello)
        version = directory.version()
        # A version that central never gave (restored from a backup) leads to a full directory.
        known = hello.directory_version if hello.directory_version <= version else 0
        before = self._sessions.get(address)
        if before is not None and before.journal == journal.pk:
            # a late copy of an earlier hello takes nothing back: the terminal has asked since, and
            # where it has not, the welcome's version makes it ask
            known = max(known, min(before.directory_version, version))
        self._sessions[address] = Session(journal.pk, known)
        yield _welcome(journal)
        store = journal.terminal.store
        if hello.policy_version != store.policy_version:
            yield from self._policy(store.pk)
        if catalogues.newest_version(store.pk) not in (0, hello.catalogue_version):
            yield from self._catalogue(store.pk)

        if journal.opinion is wire.JournalState.FROZEN:
            # what it still holds comes home as its last rows: then it is drained
            yield from self._recall(recalls.all_of(journal.pk))
        else:
            yield from self._recall(recalls.wanted_of(journal.pk))

    def _needed(self, address: Address, journal: str, accounts: list[str] | None) -> None:
        """Ask the other terminals for what this one needs: it goes to who asked last (design, §6).

        Asking for all is no need.  Nor is asking for what was offered, or three terminals would
        pass an account round for ever.
        """
        session = self._sessions.setdefault(address, Session(journal, 0))
        if accounts is None:
            session.offered.clear()
            return
        needed = set(accounts) - session.offered
        session.offered -= set(accounts)
        recalls.pass_on(journal, needed)

    def _recall(self, wanted: list[str]) -> Iterator[wire.Down]:
        for start in range(0, len(wanted), allowances.MOST):
            yield wire.AllowanceRecall(accounts=wanted[start : start + allowances.MOST])

    def _directory(self, address: Address, journal: str, since: int) -> Iterator[wire.Down]:
        session = self._sessions.setdefault(address, Session(journal, 0))
        for page in records.pages(journal, since):
            yield page
            if page.last:
                session.directory_version = page.version

    def _policy(self, store: str) -> Iterator[wire.Down]:
        yield wire.PolicyUpdate(policy=policies.of(Store.objects.get(pk=store)))

    def _catalogue(self, store: str) -> Iterator[wire.Down]:
        if catalogue := catalogues.current(store):
            yield wire.CatalogueUpdate(catalogue=catalogue)


def _welcome(journal: Journal) -> wire.Welcome:
    """Say how far a journal is applied, and what central thinks of it."""
    central, epoch = epochs.identity()
    return wire.Welcome(
        journal=journal.pk,
        state=journal.opinion,
        applied=journal.applied,
        head=bytes(journal.head).hex(),
        directory_version=directory.version(),
        now=timezone.now().astimezone(dt.UTC),
        why=journal.why,
        central=central,
        epoch=epoch,
    )


def _terminal(address: Address) -> Terminal:
    store, code = address
    found = Terminal.objects.select_related("store").filter(store=store, code=code).first()
    if found is None:
        raise ProtocolError(f"no terminal {store}/{code} is registered")
    return found


def _seen(terminal: Terminal, message: wire.MediumSeen) -> None:
    """Note an unknown medium for staff; one that is bound by now is no news."""
    if Medium.objects.filter(key=message.key).exists():
        return
    seen, _ = SeenMedium.objects.get_or_create(
        key=message.key, terminal=terminal, defaults={"last_at": message.at}
    )
    SeenMedium.objects.filter(pk=seen.pk).update(
        times=F("times") + 1, last_at=message.at, heard_at=timezone.now()
    )
