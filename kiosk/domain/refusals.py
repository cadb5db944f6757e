"""Why a tap is refused.  A refusal is an answer, not an error: nothing was taken."""

import enum


class Reason(enum.StrEnum):
    """The closed list of refusals; kiosk/render/texts has the sentence and next step of each."""

    UNKNOWN_MEDIUM = "unknown_medium"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    PASS_EMPTY = "pass_empty"
    INSUFFICIENT_VALUE = "insufficient_value"
    HELD_ELSEWHERE = "held_elsewhere"
    WRONG_SERVICE = "wrong_service"
    WRONG_STORE = "wrong_store"
    NOT_ALLOWED = "not_allowed"
    SAME_TAP = "same_tap"
    VACCINE_DUE = "vaccine_due"
    STEP_UP_NEEDED = "step_up_needed"
    CLOCK_UNTRUSTED = "clock_untrusted"
    CATALOGUE_MISSING = "catalogue_missing"
    JOURNAL_FAULT = "journal_fault"
    QUARANTINED = "quarantined"
    COUPON_USED = "coupon_used"
    COUPON_EXPIRED = "coupon_expired"
    BELOW_THRESHOLD = "below_threshold"
    NOT_STACKABLE = "not_stackable"
    INSUFFICIENT_POINTS = "insufficient_points"
    NOT_NOW = "not_now"


class Refusal(Exception):
    """Raised inside the journal to roll a transaction back; never leaves it as an exception."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
