"""One of every slip, realistic and extreme: for the tests and for docs/screens."""

import dataclasses as dc

from kiosk.domain.desk import PlanRow
from kiosk.domain.policy import Language
from kiosk.domain.pricing import PriceLine, PriceStep
from kiosk.domain.slips import AnySlip, LoadSlip, Slip, StatusSlip
from kiosk.domain.transactions import Means
from kiosk.domain.units import Fen
from kiosk.domain.using import Using
from tests.render.sample_desk import FACTS, FINDINGS, LONG_PLAN, PASS_PLAN, TOP_UP
from tests.render.samples import (
    BATH,
    BATH_PASS,
    BOTH_LINES,
    COUPON,
    DAY,
    GROOMING,
    LONG_PASS,
    MOST,
    NOW,
    PETS,
    PRICE_LINES,
    TOY,
)


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
        "coupon": Slip(
            language,
            shop,
            terminal,
            number,
            NOW,
            True,
            "王*明",
            "旺财",
            BATH,
            price=5500,
            price_lines=BOTH_LINES,
            value_left=7350,
            points=55,
            using=Using(COUPON, 300, 2),
        ),
        "reward": Slip(
            language,
            shop,
            terminal,
            number,
            NOW,
            True,
            "王*明",
            "",
            TOY,
            using=Using(None, 200, 120, goods=True),
        ),
        "gift-voided": Slip(
            language,
            shop,
            terminal,
            number,
            NOW,
            True,
            "王*明",
            "",
            TOY,
            using=Using(TOY, 0, 1, goods=True),
            operator_name="林店长",
            voided=True,
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


def _load(
    language: Language, plan: PlanRow, value_left: int | None = None, visits_left: int | None = None
) -> LoadSlip:
    number, member, cashier = "3f2a91c0-000043", "王*明", "何收银"
    return LoadSlip(
        language,
        "宠物之家",
        "till-1",
        number,
        NOW,
        True,
        member,
        cashier,
        plan,
        Means.WECHAT,
        value_left,
        visits_left,
    )


def staff_slips(language: Language) -> dict[str, AnySlip]:
    """Slips that staff cause: services logged, money loaded, rows undone, training, status."""
    paid = slips(language)
    logged = dc.replace(paid["pass"], operator_name="何美容", follow_up=DAY, qr=paid["value"].qr)
    before = dc.replace(logged, pass_name=None, visits_left=None, qr="")
    top_up, sold = (
        _load(language, TOP_UP, value_left=62_850),
        _load(language, PASS_PLAN, visits_left=12),
    )
    return {
        "logged": logged,
        "logged-before": before,
        "logged-value": dc.replace(paid["value"], operator_name="何美容", follow_up=DAY),
        "voided-pass": dc.replace(paid["pass"], voided=True, visits_left=7, operator_name="何美容"),
        "voided-value": dc.replace(paid["value"], voided=True, value_left=12_850, qr=""),
        "voided-log": dc.replace(before, voided=True, follow_up=None),
        "training": dc.replace(logged, training=True),
        "top-up": top_up,
        "top-up-most": dc.replace(
            top_up,
            shop_name="毛孩子宠物生活馆人民路旗舰店",
            plan=PlanRow(MOST, MOST),
            means=Means.ALIPAY,
            clock_certain=False,
            masked_name="Alexandra B*",
            operator_name="Bartholomew Featherstonehaugh-Jones",
            value_left=MOST,
            copy=2,
        ),
        "top-up-voided": dc.replace(top_up, voided=True, value_left=12_850),
        "pass-sold": sold,
        "pass-sold-long": dc.replace(sold, plan=LONG_PLAN, means=Means.CASH, training=True),
        "pass-voided": dc.replace(sold, voided=True, visits_left=None, copy=1),
        "status": StatusSlip(language, "宠物之家", "till-1", NOW, FACTS),
        "status-checked": StatusSlip(
            language, "宠物之家", "till-1", NOW, FACTS[:5], findings=FINDINGS
        ),
        "status-training": StatusSlip(
            language, "宠物之家", "till-1", NOW, FACTS[:3], training=True
        ),
    }
