"""A terminal's side of the protocol, reduced to what central can see of it."""

import dataclasses as dc
import datetime as dt
import uuid

import msgspec

from kiosk.domain import transactions as tx
from kiosk.domain import wire
from kiosk.domain.clock import ClockState

NOW = dt.datetime(2026, 3, 4, 6, 0, tzinfo=dt.UTC)
"""A Wednesday afternoon in the shop."""


@dc.dataclass
class Till:
    """A journal that writes rows and remembers the hash before and after each."""

    store: str = "s1"
    terminal: str = "k1"
    journal: str = dc.field(default_factory=lambda: str(uuid.uuid4()))
    payloads: list[bytes] = dc.field(default_factory=list)
    heads: list[bytes] = dc.field(default_factory=lambda: [tx.GENESIS])

    @property
    def address(self) -> tuple[str, str]:
        return self.store, self.terminal

    @property
    def head(self) -> str:
        return self.heads[-1].hex()

    def row(
        self,
        *lines: tx.AnyLine,
        member: str = "m-wang",
        catalogue: int = 1,
        operator: str = "",
        ref: int = 0,
        after: dt.timedelta = dt.timedelta(0),
        clock: ClockState = ClockState.SYNCED,
    ) -> int:
        """Write a transaction, `after` its usual time; return its seq."""
        seq = len(self.payloads) + 1
        payload = tx.encode(
            tx.Transaction(
                journal=self.journal,
                seq=seq,
                at=NOW + dt.timedelta(seconds=seq) + after,
                clock=clock,
                lines=lines,
                member=member,
                medium="c-wang",
                operator=operator,
                catalogue=catalogue,
                ref=ref,
            )
        )
        return self.raw(payload)

    def raw(self, payload: bytes) -> int:
        """Write bytes as a row, whatever they are."""
        self.payloads.append(payload)
        self.heads.append(tx.chain(self.heads[-1], payload))
        return len(self.payloads)

    def hello(self, **changes: object) -> wire.Hello:
        said = wire.Hello(
            store=self.store,
            terminal=self.terminal,
            journal=self.journal,
            software="0.1.0",
            last_seq=len(self.payloads),
            head=self.head,
            acknowledged=0,
            directory_version=0,
            catalogue_version=0,
            policy_version=0,
            now=NOW,
        )
        return msgspec.structs.replace(said, **changes)

    def batch(self, first: int = 1, last: int | None = None) -> wire.Transactions:
        """Put rows first…last into a message, the way the wire carries them."""
        message = wire.Transactions(
            journal=self.journal,
            first=first,
            prev=self.heads[first - 1].hex(),
            rows=[msgspec.Raw(payload) for payload in self.payloads[first - 1 : last]],
        )
        read = wire.decode_up(wire.encode(message))
        assert isinstance(read, wire.Transactions)
        return read

    def request(self, *accounts: str, nonce: str = "") -> wire.AllowanceRequest:
        """Ask for these accounts, or for all."""
        return wire.AllowanceRequest(
            journal=self.journal,
            nonce=nonce or str(uuid.uuid4()),
            accounts=list(accounts) or None,
        )


def visit(account: str = "pass-wang-bath.bought", amount: int = 1, **rest: str) -> tx.VisitRedeem:
    """A bath on a pass."""
    return tx.VisitRedeem(
        service=rest.get("service", "bath"),
        legs=(tx.Leg(account, amount),),
        pet=rest.get("pet", "p-doudou"),
    )


def pay(price: int, *legs: tuple[str, int], service: str = "bath") -> tx.ValueRedeem:
    """A service for 豆豆 from stored value."""
    return tx.ValueRedeem(
        service=service, price=price, legs=tuple(tx.Leg(*leg) for leg in legs), pet="p-doudou"
    )


def release(account: str, amount: int) -> tx.Release:
    return tx.Release(legs=(tx.Leg(account, amount),))


def load(plan: str, paid: int, *legs: tuple[str, int]) -> tx.ValueLoad:
    return tx.ValueLoad(
        plan=plan, paid=paid, means=tx.Means.CASH, legs=tuple(tx.Leg(*leg) for leg in legs)
    )


def sale(pass_id: str, bought: int = 10, gift: int = 2, **rest: object) -> tx.PassLoad:
    """Ten baths and two for nothing, for 600 yuan, as the demo shop sells them."""
    bought_id, gift_id = tx.pass_accounts(pass_id)
    made = tx.PassLoad(
        plan="bath-10",
        paid=60000,
        means=tx.Means.WECHAT,
        pass_id=pass_id,
        bought=tx.Leg(bought_id, bought),
        gift=tx.Leg(gift_id, gift) if gift else None,
    )
    return msgspec.structs.replace(made, **rest)


def log(ticket: str = "", **rest: object) -> tx.VisitLog:
    """豆豆's bath is done."""
    return msgspec.structs.replace(
        tx.VisitLog(service="bath", pet="p-doudou", ticket=ticket), **rest
    )


def void(till: Till, ref: int, **rest: object) -> int:
    """Undo a row as a kiosk does."""
    row = tx.decode(till.payloads[ref - 1])
    values = {"member": row.member, "operator": row.operator, "ref": ref} | rest
    return till.row(tx.undo(row.lines), **values)  # type: ignore[arg-type]
