"""Passes sold at this terminal: in the member's record at once, and until central lists them.

Invariant: a pass sold by row n is on the record while the newest page had not applied n; from
then on the record is central's.  A pass whose sale was undone is off it by the same rule.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping

import msgspec

from kiosk.domain.catalogue import PassPlan
from kiosk.domain.errors import JournalError
from kiosk.domain.members import MemberRecord, PunchPass, Purse, PurseKind
from kiosk.domain.transactions import PassLoad, pass_accounts


class _Sold(msgspec.Struct, frozen=True):
    punch_pass: PunchPass
    purses: tuple[Purse, ...]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Sold)


def is_fresh(db: sqlite3.Connection, pass_id: str, record: MemberRecord) -> bool:
    """Tell whether nothing here has this pass's id or accounts."""
    if any(p.pass_id == pass_id for p in record.passes):
        return False
    found = db.execute(
        "SELECT EXISTS (SELECT 1 FROM account WHERE account IN (?, ?))"
        " OR EXISTS (SELECT 1 FROM sold WHERE pass = ?)",
        (*pass_accounts(pass_id), pass_id),
    ).fetchone()[0]
    return not found


def sell(
    db: sqlite3.Connection,
    record: MemberRecord,
    line: PassLoad,
    plan: PassPlan,
    day: dt.date,
    seq: int,
) -> MemberRecord:
    """Give a member the pass that row `seq` sells on this local day; its purses are empty yet."""
    until = day + dt.timedelta(days=plan.valid_days)
    new = PunchPass(line.pass_id, plan.name_zh, plan.name_en, plan.services, until)
    purses = [Purse(line.bought.account, PurseKind.PASS_BOUGHT, 0, line.pass_id)]
    if line.gift is not None:
        purses.append(Purse(line.gift.account, PurseKind.PASS_GIFT, 0, line.pass_id))
    sold = _Sold(new, tuple(purses))
    db.execute(
        "INSERT INTO sold VALUES (?, ?, ?, 1, ?)",
        (line.pass_id, record.member, seq, _encoder.encode(sold)),
    )
    return _with(record, sold)


def take_back(
    db: sqlite3.Connection, record: MemberRecord, line: PassLoad, seq: int
) -> MemberRecord:
    """Take the pass from its member: row `seq` undoes the sale."""
    db.execute("UPDATE sold SET seq = ?, present = 0 WHERE pass = ?", (seq, line.pass_id))
    return _without(record, line.pass_id)


def complete(
    db: sqlite3.Connection,
    records: Mapping[str, MemberRecord],
    applied: int,
    oldest: int,
) -> dict[str, MemberRecord]:
    """Add to central's records what own rows above `applied` sold, and take what they undid.

    What central has, and is older than row `oldest`, is forgotten.
    """
    completed = dict(records)
    names = json.dumps(list(records))
    db.execute(
        "DELETE FROM sold WHERE seq <= ? AND member IN (SELECT value FROM json_each(?))",
        (min(applied, oldest), names),
    )
    found = db.execute(
        "SELECT member, pass, present, content FROM sold"
        " WHERE seq > ? AND member IN (SELECT value FROM json_each(?))",
        (applied, names),
    )
    for member, pass_id, present, content in found:
        bare = _without(completed[member], pass_id)
        completed[member] = _with(bare, _decoded(content)) if present else bare
    return completed


def _with(record: MemberRecord, sold: _Sold) -> MemberRecord:
    return msgspec.structs.replace(
        record,
        passes=(*record.passes, sold.punch_pass),
        purses=(*record.purses, *sold.purses),
    )


def _without(record: MemberRecord, pass_id: str) -> MemberRecord:
    return msgspec.structs.replace(
        record,
        passes=tuple(p for p in record.passes if p.pass_id != pass_id),
        purses=tuple(p for p in record.purses if p.pass_id != pass_id),
    )


def _decoded(content: bytes) -> _Sold:
    try:
        return _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise JournalError(f"a pass sold here is damaged: {e}") from None
