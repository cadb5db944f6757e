"""What the pages say about what happened, in the reader's language."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from central.books import actions, recalls
from central.books.recalls import HeldElsewhere
from central.books.transfers import NotMovable
from central.desk import counter, people, words
from kiosk.domain.refusals import Reason


def done(request: HttpRequest, text: str) -> None:
    """Say that it is done, and that the terminals learn of it."""
    messages.success(request, text)


def held(request: HttpRequest, error: HeldElsewhere) -> None:
    """Say which terminals hold what a debit wanted, and ask them for it.

    Here and not in the action: its SQL transaction is gone, and the question would be with it.
    """
    parts = [f"{name} {amount}" for name, amount in people.held_elsewhere(error)]
    if parts:
        recalls.ask(error.accounts, timezone.now())
        blank, comma, stop = ("", "、", "。") if words.chinese() else (" ", ", ", ". ")
        text = _("Nothing was changed. A terminal holds it:") + blank + comma.join(parts) + stop
        text += _("It has been asked to give it back; try again in a moment.")
    else:
        text = _("Nothing was changed: there is not enough in the purse.")
    messages.error(request, text)


def not_usable(request: HttpRequest, error: actions.NotUsable) -> None:
    """Say which of the shop's rules forbids a redemption."""
    texts = {
        Reason.NOT_ALLOWED: _("This cannot be used here, or not so."),
        Reason.WRONG_SERVICE: _("This is not offered, or what should pay is not for it."),
        Reason.EXPIRED: _("The pass has expired."),
        Reason.CATALOGUE_MISSING: _("No price list is in force."),
        Reason.PASS_EMPTY: _("The pass has no visits left."),
        Reason.INSUFFICIENT_VALUE: _("There is not enough stored value."),
        Reason.WRONG_STORE: _("The coupon is not of this store, or no longer in its price list."),
        Reason.COUPON_USED: _("This coupon is used."),
        Reason.COUPON_EXPIRED: _("This coupon is not valid today."),
        Reason.BELOW_THRESHOLD: _("The price is below what the coupon asks for."),
        Reason.NOT_STACKABLE: _("These offers do not go together."),
        Reason.INSUFFICIENT_POINTS: _("There are not enough points."),
        Reason.NOT_NOW: _("Points cannot be used for this today."),
    }
    messages.error(request, texts.get(error.reason, error.reason.value))


def not_now(request: HttpRequest, error: counter.NotNow | NotMovable) -> None:
    """Say why something is not done."""
    texts = {
        "done_already": _("This form was sent before; it was done once."),
        "already_reversed": _("This row is reversed already."),
        "nothing_to_reverse": _("This row moved nothing that could be reversed."),
        "voided": _("This row was undone at the kiosk."),
        "may_be_undone": _("The kiosk itself may still undo this row; wait a few minutes."),
        "settled": _("This case is settled already."),
        "same_member": _("This is the same member."),
        "merged": _("One of the two was merged into another member before."),
        "ended": _("This pass is over already."),
        "worth_changed": _("Visits of this pass have come in meanwhile: see what it is worth now."),
        "price_changed": _("The price has changed meanwhile: see what it is now."),
        "no_amount": _("Nothing would change."),
        "not_a_purse": _("This purse cannot be given away by itself."),
    }
    messages.error(request, texts.get(str(error), str(error)))


def refused(request: HttpRequest, text: str) -> None:
    """Say that nothing was done, and why."""
    messages.error(request, text)
