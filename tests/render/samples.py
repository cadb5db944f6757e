"""One of every screen of a visit, realistic and extreme: for the tests and for docs/screens."""

import dataclasses as dc
import datetime as dt

from kiosk.domain.devices import Ailment, How, NamedPart, Part, PartState, SlipFate
from kiosk.domain.members import Pet, Size, Tier
from kiosk.domain.names import Name
from kiosk.domain.pricing import PriceLine, PriceStep
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import (
    AlreadyTaken,
    Choice,
    ChoosePet,
    Confirm,
    Details,
    Done,
    Idle,
    Looking,
    Member,
    Note,
    NoteKind,
    OneCardOnly,
    OutcomeUnknown,
    Processing,
    Refused,
    Screen,
    Starting,
    Unreadable,
)
from kiosk.domain.units import Fen
from kiosk.domain.using import Using

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
SHY = Pet("p7", "雪球", Size.SMALL, warning="剪指甲会咬人")
ALLERGIC = Pet(
    "p8",
    "一只名字特别特别长的布偶猫",
    Size.MEDIUM,
    warning="对鸡肉和香波过敏，胆小怕吹风机，剪指甲会咬人，两人一起做",
)
PASS_CHOICE = Choice(BATH_PASS, visits=7, held=7)
GIFT_CHOICE = Choice(LONG_PASS, visits=12, gift_visits=2, held=12)
PARTLY_HELD = Choice(BATH_PASS, visits=8, held=3)
VALUE_CHOICE = Choice(BATH, price=6800, held=6800)
DEAR_CHOICE = Choice(GROOMING, price=12_345_678, held=12_345_678)
CHOICES = (PASS_CHOICE, GIFT_CHOICE, VALUE_CHOICE, DEAR_CHOICE)
DETAILS_CHOICE = Choice(Name("详情", "Details"))
MOST = 12_345_678
DAY = dt.date(2025, 12, 3)
LIMPING = NamedPart(Part.READER, "the-one-on-the-groomers-side")
BIRTHDAY = Note(NoteKind.BIRTHDAY, name="旺财")
DUE = Note(NoteKind.DUE, name="旺财", text="疫苗", day=DAY)
LONG_DUE = Note(NoteKind.DUE, name=PETS[2].name, text="Rabies vaccine booster", day=DAY)
BONUS = Note(NoteKind.BONUS, amount=10_000, day=DAY)
PASS_ENDS = Note(NoteKind.PASS_ENDS, text="洗澡次卡", day=DAY)
CHECKIN = Note(NoteKind.CHECKIN, amount=5)
NOTICE = Note(
    NoteKind.NOTICE,
    text="好久不见！洗澡送刷牙一次，本月底前到前台说一声就行",
)
LONG_NOTICE = Note(NoteKind.NOTICE, text=NOTICE.text + "，我们很想旺财和Coco，还有新到的冻干试吃")
NOTES = (BIRTHDAY, DUE, CHECKIN, BONUS, PASS_ENDS, NOTICE)
PRICE_LINES = (
    PriceLine(PriceStep.LIST, Fen(8000)),
    PriceLine(PriceStep.TIER, Fen(-800)),
    PriceLine(PriceStep.MEMBER_DAY, Fen(-360)),
    PriceLine(PriceStep.ROUND_DOWN, Fen(-40)),
)
COUPON = Name("满60减10元", "10 yuan off 60")
FREE = Name("免费洗澡券", "Free bath")
TOY = Name("磨牙玩具", "Chew toy")
GIFT_COUPON_CHOICE = Choice(FREE, coupons=1, held=1)
REWARD_CHOICE = Choice(Name("积分换磨牙玩具", "Chew toy for points"), points=200)
COUPON_LINES = (PRICE_LINES[0], PriceLine(PriceStep.COUPON, Fen(-1000)))
POINTS_LINES = (PRICE_LINES[0], PriceLine(PriceStep.POINTS, Fen(-300)))
BOTH_LINES = (*COUPON_LINES, POINTS_LINES[1])
DEAR_LINES = (PRICE_LINES[0], PriceLine(PriceStep.COUPON, Fen(-1_234_567)))
FREE_LINES = (PRICE_LINES[0], PriceLine(PriceStep.COUPON, Fen(-8000)))

AILING: tuple[tuple[Part, How], ...] = (
    *((Part.PRINTER, how) for how in Ailment),
    (Part.READER, PartState.ABSENT),
    (Part.SCANNER, PartState.DENIED),
)
DONE = {
    "pass": Done(BATH, 6, None, None, 0),
    "value": Done(BATH, None, 6800, 6050, 68),
    "most": Done(GROOMING, None, MOST, MOST, 123_456),
}

SCREENS: dict[str, Screen] = {
    "starting": Starting(),
    "idle": Idle("宠物之家", NOW),
    "idle-offline": Idle("宠物之家", NOW, online=False, waiting=128, banner="周三会员日九五折"),
    "idle-fault": Idle("宠物之家", NOW, faults=(Part.READER,)),
    **{
        f"idle-{part}-{how}": Idle("宠物之家", NOW, faults=(part,), how=how) for part, how in AILING
    },
    "idle-two-hows": Idle(
        "宠物之家", NOW, faults=(Part.PRINTER, Part.LINK), how=Ailment.COVER_OPEN
    ),
    "idle-limping": Idle("宠物之家", NOW, limping=(NamedPart(Part.READER, "counter"),)),
    "idle-limping-long": Idle("宠物之家", NOW, limping=(LIMPING, LIMPING)),
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
    **{
        f"member-{note.kind.name.lower()}": Member(
            "王*明", Tier.GOLD, 12_850, 12_850, 320, (*CHOICES[:3], DETAILS_CHOICE), at, note
        )
        for at, note in enumerate((BIRTHDAY, DUE, CHECKIN, BONUS))
    },
    "member-due-long": Member(
        "Alexandra B*", Tier.DIAMOND, MOST, MOST, 12_345, (*CHOICES, DETAILS_CHOICE), 1, LONG_DUE
    ),
    "member-bonus-most": Member(
        "张*", Tier.BASIC, 0, 0, 0, CHOICES[:1], 0, Note(NoteKind.BONUS, amount=MOST, day=DAY)
    ),
    "member-held-note": Member(
        "王*明", Tier.GOLD, 12_850, 10_000, 320, (PARTLY_HELD, DETAILS_CHOICE), 0, PASS_ENDS
    ),
    "details": Details("王*明", Tier.GOLD, NOTES, 0),
    "details-middle": Details("王*明", Tier.GOLD, NOTES, 3),
    "details-notice": Details("Alexandra B*", Tier.DIAMOND, NOTES, 5),
    "details-notice-long": Details("王*明", Tier.GOLD, (LONG_NOTICE,), 0),
    "details-due-long": Details("王*明", Tier.GOLD, (LONG_DUE, CHECKIN, LONG_DUE), 0),
    "details-names-long": Details(
        "Bob T*",
        Tier.BASIC,
        (Note(NoteKind.PASS_ENDS, text=LONG_PASS.en, day=DAY), BONUS, CHECKIN),
        0,
    ),
    "details-notice-en": Details(
        "Bob T*",
        Tier.BASIC,
        (Note(NoteKind.NOTICE, text="We miss Coco. One brushing is free until the 30th."),),
    ),
    "choose-pet": ChoosePet(BATH, PETS[:2], 0),
    "choose-pet-five": ChoosePet(GROOMING, PETS, 2),
    "choose-pet-staff": ChoosePet(BATH, (PETS[0], SHY, PETS[3]), 1, staff=True),
    "choose-pet-staff-five": ChoosePet(GROOMING, (*PETS[:2], ALLERGIC, *PETS[3:]), 2, staff=True),
    "choose-pet-staff-calm": ChoosePet(BATH, (PETS[0], SHY, PETS[3]), 0, staff=True),
    "confirm-staff-pass": Confirm(BATH, "旺财", BATH_PASS, None, (), 6, "王*明"),
    "confirm-staff-value": Confirm(BATH, "旺财", None, 6800, PRICE_LINES, 6050, "王*明"),
    "confirm-staff-warning": Confirm(BATH, "雪球", BATH_PASS, None, (), 6, "王*明", SHY.warning),
    "confirm-staff-most": Confirm(
        GROOMING, PETS[2].name, None, MOST, PRICE_LINES, MOST, "Alexandra B*", ALLERGIC.warning
    ),
    "confirm-staff-most-calm": Confirm(
        GROOMING, PETS[2].name, None, MOST, PRICE_LINES, MOST, "Alexandra B*"
    ),
    "confirm-pass": Confirm(BATH, "旺财", BATH_PASS, None, (), 6),
    "confirm-value": Confirm(BATH, "旺财", None, 6800, PRICE_LINES, 6050),
    "confirm-most": Confirm(GROOMING, PETS[2].name, None, MOST, PRICE_LINES, MOST),
    "confirm-no-pet": Confirm(GROOMING, "", LONG_PASS, None, (), 11),
    "member-coupons": Member(
        "王*明",
        Tier.GOLD,
        12_850,
        12_850,
        320,
        (GIFT_COUPON_CHOICE, VALUE_CHOICE, REWARD_CHOICE),
        0,
        coupons=3,
    ),
    "member-coupons-most": Member(
        "Alexandra B*",
        Tier.DIAMOND,
        MOST,
        MOST,
        12_345,
        (*CHOICES, GIFT_COUPON_CHOICE, REWARD_CHOICE),
        5,
        LONG_DUE,
        coupons=12,
    ),
    "confirm-coupon": Confirm(
        BATH, "旺财", None, 5800, COUPON_LINES, 7050, using=Using(COUPON, 0, 1), others=2
    ),
    "confirm-no-coupon": Confirm(BATH, "旺财", None, 6800, PRICE_LINES, 6050, others=2),
    "confirm-points": Confirm(
        BATH, "旺财", None, 6500, POINTS_LINES, 6350, using=Using(None, 300, 20), others=2
    ),
    "confirm-both": Confirm(
        BATH, "旺财", None, 5500, BOTH_LINES, 7350, using=Using(COUPON, 300, 0), others=3
    ),
    "confirm-staff-coupon": Confirm(
        BATH, "旺财", None, 5800, COUPON_LINES, 7050, "王*明", using=Using(COUPON, 0, 1), others=2
    ),
    "confirm-staff-both": Confirm(
        BATH, "旺财", None, 5500, BOTH_LINES, 7350, "王*明", using=Using(COUPON, 300, 0), others=3
    ),
    "confirm-staff-coupon-warning": Confirm(
        BATH,
        "雪球",
        None,
        5800,
        COUPON_LINES,
        7050,
        "Alexandra B*",
        SHY.warning,
        using=Using(COUPON, 0, 1),
        others=2,
    ),
    "confirm-staff-coupon-most": Confirm(
        GROOMING,
        PETS[2].name,
        None,
        MOST,
        DEAR_LINES,
        MOST,
        "Alexandra B*",
        using=Using(COUPON, 0, 1),
        others=1,
    ),
    "confirm-coupon-most": Confirm(
        GROOMING, PETS[2].name, None, MOST, DEAR_LINES, MOST, using=Using(COUPON, 0, 1), others=1
    ),
    "confirm-coupon-elsewhere": Confirm(
        BATH, "旺财", None, 6800, PRICE_LINES, 6050, elsewhere=True
    ),
    "confirm-free": Confirm(BATH, "旺财", None, 0, FREE_LINES, 12_850, using=Using(FREE, 0, 0)),
    "confirm-reward": Confirm(TOY, "", None, None, (), 0, using=Using(None, 200, 120, goods=True)),
    "confirm-gift": Confirm(TOY, "", None, None, (), 0, using=Using(TOY, 0, 1, goods=True)),
    "done-reward": Done(
        TOY, None, None, None, 0, slip=SlipFate.PRINTING, using=Using(None, 200, 120, goods=True)
    ),
    "done-gift": Done(
        TOY, None, None, None, 0, slip=SlipFate.PRINTING, using=Using(TOY, 0, 0, goods=True)
    ),
    "already-reward": AlreadyTaken(
        "王*明", NOW, TOY, None, None, Using(None, 200, 120, goods=True)
    ),
    "already-gift": AlreadyTaken("王*明", NOW, TOY, None, None, Using(TOY, 0, 1, goods=True)),
    "processing": Processing(),
    "outcome-unknown": OutcomeUnknown(),
    "done-pass": Done(BATH, 6, None, None, 0, slip=SlipFate.PRINTING),
    "done-last-visit": Done(GROOMING, 1, None, None, 0),
    "done-value": Done(BATH, None, 6800, 6050, 68, slip=SlipFate.PRINTING),
    "done-most": Done(GROOMING, None, MOST, MOST, 123_456, slip=SlipFate.PRINTING),
    "done-ask-pass": Done(BATH, 6, None, None, 0, slip=SlipFate.OFFERED),
    "done-ask-value": Done(BATH, None, 6800, 6050, 68, slip=SlipFate.OFFERED),
    "done-ask-most": Done(GROOMING, None, MOST, MOST, 123_456, slip=SlipFate.OFFERED),
    **{
        f"done-{name}-{fate.name.lower()}": dc.replace(done, slip=fate)
        for name, done in DONE.items()
        for fate in (SlipFate.PRINTED, SlipFate.FAILED, SlipFate.UNSURE)
    },
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
