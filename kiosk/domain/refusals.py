"""Why a tap is refused.  A refusal is an answer, not an error: nothing was taken."""

import enum


class Reason(enum.StrEnum):
    """The closed list of refusals; kiosk/render/texts has the sentence and next step of each.

    SAME_TAP (a second check-in of the day), WRONG_STORE and NOT_STACKABLE are the last line of
    defence, in the journal and at central: the flows offer nothing that would end in them.
    """

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
