"""The demo members of training mode (S55): an in-memory journal that moves nobody's money.

Any card that is not an operator's stands for one of them, so that staff can practise with what
lies at hand.
"""

import datetime as dt
import zlib

from kiosk.domain.catalogue import Catalogue, PassPlan, Service, TopUpPlan
from kiosk.domain.media import MediumKey
from kiosk.domain.members import (
    Medium,
    MemberRecord,
    OperatorRecord,
    Pet,
    PunchPass,
    Purse,
    PurseKind,
    Size,
    Tier,
)
from kiosk.domain.wire import AllowanceGrant, DirectoryPage, Grant
from kiosk.journal.journal import Journal

_SIZES = {Size.SMALL: 6_000, Size.MEDIUM: 8_800, Size.LARGE: 12_800}
CATALOGUE = Catalogue(
    1,
    "training",
    (
        Service("bath", "洗澡", "Bath", _SIZES, follow_up_days=21),
        Service("training", "训练", "Training", _SIZES),
    ),
    {Tier.GOLD: 9_000},
    top_up_plans=(TopUpPlan("topup-500", 50_000, 5_000),),
    pass_plans=(PassPlan("bath-10", "洗澡十次卡", "10 baths", ("bath",), 60_000, 10, 2),),
)


def _member(number: int, name: str, tier: Tier, pets: tuple[Pet, ...]) -> MemberRecord:
    own = f"train-{number}"
    return MemberRecord(
        own,
        name,
        tier=tier,
        pets=pets,
        passes=(PunchPass(f"{own}-p", "洗澡次卡", "Bath pass", ("bath",)),),
        purses=(
            Purse(f"{own}.principal", PurseKind.PRINCIPAL, 50_000),
            Purse(f"{own}.bonus", PurseKind.BONUS, 5_000),
            Purse(f"{own}.points", PurseKind.POINTS, 300),
            Purse(f"{own}-p.b", PurseKind.PASS_BOUGHT, 8, f"{own}-p"),
            Purse(f"{own}-p.g", PurseKind.PASS_GIFT, 2, f"{own}-p"),
        ),
        media=(Medium(f"{own}-m", f"pm1:training-{number}"),),
    )


MEMBERS = (
    _member(1, "练*一", Tier.BASIC, (Pet("t-1", "小练", Size.SMALL),)),
    _member(
        2,
        "练*二",
        Tier.GOLD,
        (
            Pet("t-2", "大练", Size.LARGE, warning="怕吹风机"),
            Pet("t-3", "中练", Size.MEDIUM, warning="对虾过敏"),
        ),
    ),
    _member(3, "练*三", Tier.SILVER, ()),
)


def stand_in(medium: MediumKey) -> MediumKey:
    """Name the demo member that any other card stands for: always the same one."""
    number = zlib.crc32(medium.encode()) % len(MEMBERS)
    return MediumKey(MEMBERS[number].media[0].key)


def fill(journal: Journal, operators: tuple[OperatorRecord, ...], now: dt.datetime) -> None:
    """Put the demo members, their allowances and the real operators into an empty journal."""
    own = journal.standing().journal
    page = DirectoryPage(
        journal=own,
        full=True,
        page=0,
        last=True,
        version=1,
        applied=0,
        members=list(MEMBERS),
        operators=list(operators),
    )
    journal.store_catalogue(CATALOGUE)
    journal.apply_directory(page)
    grants = [Grant(p.account, p.posted) for m in MEMBERS for p in m.purses]
    nonce = journal.open_request(None)
    journal.apply_grant(AllowanceGrant(journal=own, nonce=nonce, grants=grants))
