"""The shop's rules for its terminals.  Central sends them; the defaults hold until it has."""

import enum
from typing import Annotated

import msgspec

from kiosk.domain.members import Frozen

Seconds = Annotated[float, msgspec.Meta(gt=0, le=600)]


class Language(enum.StrEnum):
    """Languages of the display and the slips."""

    ZH = "zh-CN"
    EN = "en"


class SlipPolicy(enum.StrEnum):
    """When a slip is printed after a spend."""

    ALWAYS = "always"
    ASK = "ask"
    NEVER = "never"


class Policy(Frozen, frozen=True):
    """One version of the rules.  Durations in seconds, or minutes where the name says so.

    `checkin_points` 0 turns 签到 off.  `slip_qr` is printed as a QR code, with `{number}` replaced
    by the slip's number; empty prints none.
    """

    version: Annotated[int, msgspec.Meta(ge=0)] = 0
    shop_name: str = "宠物之家"
    language: Language = Language.ZH
    utc_offset_minutes: Annotated[int, msgspec.Meta(ge=-840, le=840)] = 480
    slip: SlipPolicy = SlipPolicy.ALWAYS
    idle_seconds: Seconds = 12.0
    done_seconds: Seconds = 5.0
    refused_seconds: Seconds = 6.0
    patience_seconds: Seconds = 3.0
    same_tap_seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 1.5
    banner: str = ""
    operator_minutes: Annotated[float, msgspec.Meta(gt=0, le=600)] = 10.0
    undo_minutes: Annotated[float, msgspec.Meta(ge=0, le=600)] = 5.0
    checkin_points: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 5
    slip_qr: Annotated[str, msgspec.Meta(max_length=200)] = ""
