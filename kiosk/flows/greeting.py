"""The greeting: a member's choices, drawn again whenever something new is known of them."""

import dataclasses as dc

from kiosk.domain import screens
from kiosk.domain.devices import Lamp
from kiosk.domain.effects import AskAllowance, Identify, Light, Show
from kiosk.domain.events import ButtonPressed, Correlation, Identified, Refused
from kiosk.domain.media import MediumKey
from kiosk.domain.members import PurseKind
from kiosk.domain.names import Name
from kiosk.domain.screens import Choice
from kiosk.domain.uses import Use
from kiosk.domain.views import NOTHING, MemberView
from kiosk.flows import holdings
from kiosk.flows.holdings import held_elsewhere
from kiosk.flows.notes import notes
from kiosk.flows.offers import Offer, choice, offers
from kiosk.flows.rest import refuse
from kiosk.flows.states import Greeting
from kiosk.flows.step import KEEP, Context, Step

DETAILS = Choice(Name("详情", "Details"))
"""The choice that opens the notes: neither visits nor a price."""


def greet(
    medium: MediumKey,
    view: MemberView,
    context: Context,
    selected: int = 0,
    *,
    checked_in: bool = False,
    asking: Correlation | None = None,
) -> Step:
    """Show the member and the choices; the last one opens the notes, if there are any.

    `asking` is what the greeting still waits for, see `look_again`.
    """
    known = notes(view, context, checked_in=checked_in)
    offered = offers(view, context)
    rows = [choice(offer, view, context) for offer in offered]
    if known:
        rows.append(DETAILS)
    selected = min(selected, max(0, len(rows) - 1))
    state = Greeting(medium, view, offered, known, selected, asking)
    value = view.value()
    screen = screens.Member(
        view.record.masked_name,
        view.record.tier,
        value.shown,
        value.held,
        view.total(PurseKind.POINTS).shown,
        tuple(rows),
        selected,
        known[0] if known else None,
        holdings.count(view, context),
    )
    return Step(state, (Light(Lamp.BUSY), Show(screen)), context.policy.idle_seconds)


def look_again(state: Greeting, _event: object, context: Context) -> Step:
    """Something has come from central: perhaps what another terminal held of this member."""
    asking = dc.replace(state, correlation=context.correlation)
    return Step(asking, (Identify(context.correlation, state.medium),), KEEP)


def seen_again(state: Greeting, event: Identified, context: Context) -> Step:
    """The member as of now, with the same choice selected; unchanged, nothing moves."""
    if event.view == state.view:
        return Step(dc.replace(state, correlation=None), (), KEEP)
    step = _greet_again(state, event.view, context)
    before, now = state.view.balances, event.view.balances
    # a top-up at another terminal may become known only now; but what was given up just now is
    # wanted there, and asking for it would take it away again
    new = {
        account
        for account in set(held_elsewhere(event.view, context))
        - set(held_elsewhere(state.view, context))
        if now[account].held >= before.get(account, NOTHING).held
    }
    asks = (AskAllowance(tuple(sorted(new))),) if new and context.online else ()
    return Step(step.state, (*step.effects, *asks), KEEP)


def priced_again(state: Greeting, _event: object, context: Context) -> Step:
    """A price list has come: after a power cut it can be later than the card on the reader."""
    step = _greet_again(state, state.view, context, state.correlation)
    return Step(step.state, step.effects, KEEP)


def _greet_again(
    state: Greeting, view: MemberView, context: Context, asking: Correlation | None = None
) -> Step:
    """Greet with the same choice selected, as far as there still is one."""
    keys = [_key(offer) for offer in offers(view, context)]
    selected = 0
    if state.offers and state.selected >= len(state.offers):
        selected = len(keys)
    elif state.offers and (key := _key(state.offers[state.selected])) in keys:
        selected = keys.index(key)
    return greet(state.medium, view, context, selected, asking=asking)


def _key(offer: Offer) -> tuple[str, str, Use]:
    """Name what was chosen, whatever has become of its price or of the pass since."""
    return offer.service.code, offer.punch_pass.pass_id if offer.punch_pass else "", offer.use


def not_seen_again(_state: Greeting, event: Refused, context: Context) -> Step:
    """The card has just been blocked, or the journal has failed."""
    return refuse(event.reason, context)


def next_offer(state: Greeting, _event: ButtonPressed, context: Context) -> Step:
    """B: the next choice."""
    selected = (state.selected + 1) % max(1, len(state.offers) + bool(state.notes))
    return greet(state.medium, state.view, context, selected, asking=state.correlation)
