"""The table of words that a language fills in.  A field without a text does not type-check.

`{n}` is a number, `{amount}` an amount of money with its sign, `{part}` and the like a word.
"""

import dataclasses as dc
from collections.abc import Mapping

from kiosk.domain.clock import ClockState
from kiosk.domain.desk import DeskEntry, Fact
from kiosk.domain.devices import How, Part, SlipFate, Stopped
from kiosk.domain.members import Size, Tier
from kiosk.domain.pricing import PriceStep
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import Means
from kiosk.render.texts.checks import CheckTexts


@dc.dataclass(frozen=True, slots=True)
class Keys:
    """What the three buttons do."""

    ok: str
    next: str
    back: str
    spend: str
    reprint: str
    go_on: str
    page: str
    print: str
    no_slip: str
    choose: str
    finish: str
    log: str
    load: str
    undo: str
    sign_out: str
    other_way: str
    exchange: str


@dc.dataclass(frozen=True, slots=True)
class ScreenTexts:
    """Words of the display: 20 half-width columns to a line, see kiosk/render/glass.py."""

    training: str
    starting: str
    tap_or_scan: str
    tap_only: str
    scan_only: str
    out_of_service: str
    offline: str
    waiting: str
    fault: str
    ailing: str
    more_faults: str
    limping: str
    looking: str
    value: str
    points: str
    held_here: str
    visits_gift: str
    visits_held: str
    expired: str
    nothing_to_choose: str
    which_pet: str
    take: str
    left: str
    list_price: str
    processing: str
    wait: str
    outcome_unknown: str
    outcome_unknown_step: str
    done: str
    paid: str
    visits_left: str
    points_won: str
    fates: Mapping[SlipFate, str]
    already: str
    already_visits: str
    already_paid: str
    not_taken: str
    missing: str
    card_unreadable: str
    card_unreadable_step: str
    code_unreadable: str
    code_unreadable_step: str
    one_card: str
    one_card_step: str


@dc.dataclass(frozen=True, slots=True)
class NoteTexts:
    """What a member should know, a row each."""

    checkin: str
    points_soon: str
    birthday: str
    due: str
    bonus: str
    ends: str


@dc.dataclass(frozen=True, slots=True)
class UseTexts:
    """Words of coupons and points, on the display and on paper."""

    coupons: str
    coupon_off: str
    points_off: str
    both_off: str
    nothing: str
    elsewhere: str
    coupon_unit: str
    coupons_unit: str
    points_unit: str
    coupon_choice: str
    points_choice: str
    coupon: str
    points: str
    coupon_back: str
    points_back: str
    coupons_left: str
    points_left: str


@dc.dataclass(frozen=True, slots=True)
class DeskTexts:
    """Words of staff's screens."""

    tickets: str
    tap_member: str
    takes_nothing: str
    logged: str
    follow_up: str
    undo: str
    undo_log: str
    given_back: str
    taken_back: str
    undone: str
    today: str
    others: str
    none_today: str
    top_up: str
    sell_pass: str
    gets: str
    gifts: str
    bonus: str
    bonus_label: str
    pays: str
    topped_up: str
    sold: str
    terminal: str
    online: str
    pattern: str
    fates: Mapping[SlipFate, str]
    """Where a copy can be printed (补打)."""
    lost: Mapping[SlipFate, str]
    """Where none can: nothing was taken, or it is undone."""


@dc.dataclass(frozen=True, slots=True)
class SlipTexts:
    """Words of the slip."""

    title: str
    load_title: str
    pass_title: str
    status_title: str
    training: str
    voided: str
    copy: str
    number: str
    terminal: str
    time: str
    clock_uncertain: str
    member: str
    pet: str
    operator: str
    service: str
    punch_pass: str
    taken: str
    paid_before: str
    given_back: str
    total: str
    means: str
    principal: str
    bonus: str
    visits_bought: str
    visits_gift: str
    refunded: str
    visits_left: str
    value_left: str
    points: str
    points_note: str
    follow_up: str
    thanks: str


@dc.dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was taken, and what to do now."""

    sentence: str
    step: str


@dc.dataclass(frozen=True, slots=True)
class Texts:
    """One language."""

    screen: ScreenTexts
    notes: NoteTexts
    uses: UseTexts
    desk: DeskTexts
    slip: SlipTexts
    keys: Keys
    visit: str
    visits: str
    times: str
    currency: str
    tiers: Mapping[Tier, str]
    sizes: Mapping[Size, str]
    parts: Mapping[Part, str]
    steps: Mapping[PriceStep, str]
    refusals: Mapping[Reason, Refusal]
    means: Mapping[Means, str]
    entries: Mapping[DeskEntry, str]
    facts: Mapping[Fact, str]
    states: Mapping[How, str]
    clocks: Mapping[ClockState, str]
    stopped: Mapping[Stopped, str]
    checks: CheckTexts

    def count(self, n: int) -> str:
        """Write a number of visits."""
        return (self.visit if n == 1 else self.visits).format(n=n)
