"""One of every screen and slip, realistic and extreme: for the tests and for docs/screens."""

import datetime as dt

from kiosk.domain.devices import Part
from kiosk.domain.members import Pet, Size, Tier
from kiosk.domain.policy import Language
from kiosk.domain.pricing import PriceLine, PriceStep
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import (
    AlreadyTaken,
    Choice,
    ChoosePet,
    Confirm,
    Done,
    Idle,
    Looking,
    Member,
    Name,
    OneCardOnly,
    OutcomeUnknown,
    Processing,
    Refused,
    Screen,
    Starting,
    Unreadable,
)
from kiosk.domain.slips import Slip
from kiosk.domain.units import Fen

NOW = dt.datetime(2025, 11, 21, 10, 32, tzinfo=dt.timezone(dt.timedelta(hours=8)))
BATH = Name("洗澡", "Bath")
GROOMING = Name("全套美容造型", "Full grooming and styling")
BATH_PASS = Name("洗澡次卡", "Bath pass")
LONG_PASS = Name("贵宾犬全套美容十二次年卡", "Poodle full grooming pass, twelve visits")
PETS = tuple(
    Pet(f"p{number}", name, size)
    for number, (name, size) in enumerate(
        [
            ("旺财", Size.LARGE),
            ("Coco", Size.SMALL),
            ("一只名字特别特别长的布偶猫", Size.MEDIUM),
            ("雪球", Size.SMALL),
            ("Zoë 🐶", Size.SMALL),
        ]
    )
)
PASS_CHOICE = Choice(BATH_PASS, visits=7, held=7)
GIFT_CHOICE = Choice(LONG_PASS, visits=12, gift_visits=2, held=12)
PARTLY_HELD = Choice(BATH_PASS, visits=8, held=3)
VALUE_CHOICE = Choice(BATH, price=6800, held=6800)
DEAR_CHOICE = Choice(GROOMING, price=12_345_678, held=12_345_678)
CHOICES = (PASS_CHOICE, GIFT_CHOICE, VALUE_CHOICE, DEAR_CHOICE)
MOST = 12_345_678
PRICE_LINES = (
    PriceLine(PriceStep.LIST, Fen(8000)),
    PriceLine(PriceStep.TIER, Fen(-800)),
    PriceLine(PriceStep.MEMBER_DAY, Fen(-360)),
    PriceLine(PriceStep.ROUND_DOWN, Fen(-40)),
)

SCREENS: dict[str, Screen] = {
    "starting": Starting(),
    "idle": Idle("宠物之家", NOW),
    "idle-offline": Idle("宠物之家", NOW, online=False, waiting=128, banner="周三会员日九五折"),
    "idle-fault": Idle("宠物之家", NOW, faults=(Part.READER,)),
    "idle-faults": Idle(
        "毛孩子宠物生活馆人民路旗舰店",
        NOW,
        online=False,
        waiting=65_000,
        faults=(Part.READER, Part.SCANNER, Part.PRINTER),
    ),
    "looking": Looking(),
    "member": Member("王*明", Tier.GOLD, 12_850, 12_850, 320, CHOICES[:3], 0),
    "member-two": Member("张*", Tier.BASIC, 6800, 6800, 0, CHOICES[:2], 1),
    "member-most": Member("欧阳*修", Tier.DIAMOND, MOST, MOST, 12_345, CHOICES, 3),
    "member-held": Member(
        "Alexandra B*", Tier.DIAMOND, MOST, 10_000, 99_999, (PARTLY_HELD, VALUE_CHOICE), 0
    ),
    "member-nothing": Member("李*华", Tier.SILVER, 0, 0, 0, (), 0),
    "choose-pet": ChoosePet(BATH, PETS[:2], 0),
    "choose-pet-five": ChoosePet(GROOMING, PETS, 2),
    "confirm-pass": Confirm(BATH, "旺财", BATH_PASS, None, (), 6),
    "confirm-value": Confirm(BATH, "旺财", None, 6800, PRICE_LINES, 6050),
    "confirm-most": Confirm(GROOMING, PETS[2].name, None, MOST, PRICE_LINES, MOST),
    "confirm-no-pet": Confirm(GROOMING, "", LONG_PASS, None, (), 11),
    "processing": Processing(),
    "outcome-unknown": OutcomeUnknown(),
    "done-pass": Done(BATH, 6, None, None, 0, printing=True),
    "done-last-visit": Done(GROOMING, 1, None, None, 0, printing=False),
    "done-value": Done(BATH, None, 6800, 6050, 68, printing=True),
    "done-most": Done(GROOMING, None, MOST, MOST, 123_456, printing=True),
    "already-pass": AlreadyTaken("王*明", NOW, BATH, 1, None),
    "already-value": AlreadyTaken("Alexandra B*", NOW, GROOMING, None, MOST),
    "unreadable-card": Unreadable(),
    "unreadable-code": Unreadable(scanned=True),
    "one-card-only": OneCardOnly(),
    **{
        f"refused-{reason.value}": Refused(
            reason, missing=123_456 if reason is Reason.INSUFFICIENT_VALUE else 0
        )
        for reason in Reason
    },
}


def slips(language: Language) -> dict[str, Slip]:
    """Slips paid by a pass and by value, plain, copied, extreme."""
    shop, terminal, number = "宠物之家", "till-1", "3f2a91c0-000042"
    return {
        "pass": Slip(
            language, shop, terminal, number, NOW, True, "王*明", "旺财", BATH, BATH_PASS, 6
        ),
        "value": Slip(
            language,
            shop,
            terminal,
            number,
            NOW,
            True,
            "王*明",
            "旺财",
            BATH,
            price=6800,
            price_lines=PRICE_LINES,
            value_left=6050,
            points=68,
            qr="https://example.org/t/3f2a91c0-000042",
        ),
        "copy": Slip(
            language,
            "毛孩子宠物生活馆人民路旗舰店",
            terminal,
            number,
            NOW,
            False,
            "Alexandra B*",
            PETS[2].name + PETS[4].name,
            GROOMING,
            LONG_PASS,
            11,
            copy=1,
        ),
        "most": Slip(
            language,
            shop,
            terminal,
            number,
            NOW,
            True,
            "欧阳*修",
            "",
            LONG_PASS,
            price=MOST,
            price_lines=(PriceLine(PriceStep.LIST, Fen(MOST)),),
            value_left=MOST,
            points=123_456,
        ),
    }
