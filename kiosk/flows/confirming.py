"""The last look before a member's spend: what will be taken, and the ways to pay that B shows."""

from kiosk.domain.effects import AskAllowance, Show
from kiosk.domain.events import ButtonPressed
from kiosk.domain.media import MediumKey
from kiosk.domain.members import Pet
from kiosk.domain.refusals import Reason
from kiosk.domain.screens import Confirm
from kiosk.domain.views import MemberView
from kiosk.flows import receipts
from kiosk.flows.holdings import held_elsewhere
from kiosk.flows.jobs import Spend
from kiosk.flows.offers import Offer
from kiosk.flows.rest import refuse
from kiosk.flows.states import Confirming
from kiosk.flows.step import KEEP, Context, Refusal, Step
from kiosk.flows.ways import best_coupon, ways


def look(
    medium: MediumKey, view: MemberView, offer: Offer, pet: Pet | None, context: Context
) -> Step:
    """Show exactly what would be taken and what would be left; or why it cannot be.

    The first way is chosen, so that the best coupon counts without a press.
    """
    found = ways(offer, view, pet, context)
    if isinstance(found, Refusal):
        step = refuse(found.reason, context, found.missing)
        if found.reason is Reason.HELD_ELSEWHERE and context.online:
            ask = AskAllowance(held_elsewhere(view, context))
            return Step(step.state, (*step.effects, ask), step.deadline)
        return step
    version = context.catalogue.version if context.catalogue else 0
    job = Spend(medium, view, offer, pet, found[0])
    return show(Confirming(job, version, found), context)


def next_way(state: Confirming, _event: ButtonPressed, context: Context) -> Step:
    """B: pay in another way, where there is one."""
    if len(state.ways) < 2:
        return Step(state, (), KEEP)
    job = state.job
    following = state.ways[(state.ways.index(job.way) + 1) % len(state.ways)]
    other = Spend(job.medium, job.view, job.offer, job.pet, following)
    return show(Confirming(other, state.catalogue, state.ways), context)


def show(state: Confirming, context: Context) -> Step:
    """Draw the way that is chosen."""
    screen = last_look(state.job, len(state.ways), context)
    return Step(state, (Show(screen),), context.policy.idle_seconds)


def last_look(job: Spend, ways: int, context: Context) -> Confirm:
    """Say what will be taken and what will be left, and whether there are other ways."""
    offer, view, quoted = job.offer, job.view, job.way.quote
    if offer.punch_pass is not None:
        left = view.visits(offer.punch_pass).shown - 1
    else:
        left = view.value().shown - (quoted.price if quoted else 0)
    return Confirm(
        offer.service_name,
        job.pet.name if job.pet and offer.service.for_pet else "",
        offer.pass_name,
        quoted.price if quoted else None,
        quoted.lines if quoted else (),
        left,
        using=receipts.using(job.way.lines, view, context, ahead=True),
        others=ways - 1,
        elsewhere=_coupon_elsewhere(job, context),
    )


def _coupon_elsewhere(job: Spend, context: Context) -> bool:
    """Tell whether a coupon would be good for this, and is not held here."""
    if job.way.quote is None or job.way.use.coupon is not None:
        return False
    return best_coupon(job.offer, job.view, job.pet, context, held=False) is not None
