"""Allowances: what a terminal may spend while offline (design, §6).

free = P - sum of G >= 0, always.  A nonce has one answer for ever: asked again, the stored answer
goes out again and nothing more is leased.  Policy: everything free to the last kiosk that asked,
but what the counter has called back, and points that are not ripe (central.books.ripening).
"""

from django.db.models import F

from central.books import directory, ripening
from central.books.sheet import Sheet
from central.shop.choices import JournalState, PurseKind
from central.shop.models import Account, GrantAnswer, Journal, Recall
from kiosk.domain import wire

_LEASED = [kind for kind in PurseKind if kind != PurseKind.SUSPENSE]

MOST = 2000
"""Accounts in one answer; the rest is asked for with the next nonce."""


def answer(
    journal_id: str, request: wire.AllowanceRequest, most: int = MOST
) -> wire.AllowanceGrant:
    """Answer a request, once and for ever.  A journal that is not open is granted nothing."""
    with directory.writing():
        journal = Journal.objects.select_related("terminal").get(pk=journal_id)
        known = GrantAnswer.objects.filter(journal=journal, nonce=request.nonce).first()
        if known is not None:
            stored = wire.decode_down(bytes(known.answer))
            assert isinstance(stored, wire.AllowanceGrant)
            return stored
        grants, more = _lease(journal, request.accounts, most)
        message = wire.AllowanceGrant(
            journal=journal.pk, nonce=request.nonce, grants=grants, more=more
        )
        GrantAnswer.objects.create(
            journal=journal, nonce=request.nonce, answer=wire.encode(message)
        )
        return message


def _lease(
    journal: Journal, accounts: list[str] | None, most: int
) -> tuple[list[wire.Grant], bool]:
    if journal.state != JournalState.OPEN:
        return [], False
    held_back = ripening.unripe(accounts)
    wanted_back = list(Recall.objects.values_list("account", flat=True))
    free = Account.objects.filter(posted__gt=F("leased")).exclude(
        pk__in=[*wanted_back, *ripening.green(held_back)]
    )
    if accounts is not None:
        free = free.filter(pk__in=accounts)
    chosen: list[Account] = []
    for kind in _LEASED:  # one by one: each is a walk along the index of what is free
        of_kind = free.filter(kind=kind)
        if kind == PurseKind.COUPON:  # good at the store that gave it
            of_kind = of_kind.filter(coupon__store=journal.terminal.store_id)
        chosen += of_kind.order_by("pk")[: most + 1 - len(chosen)]
    more, chosen = len(chosen) > most, chosen[:most]
    sheet = Sheet(journal.terminal.store_id, journal)
    sheet.load(account.pk for account in chosen)
    grants = [wire.Grant(a.pk, sheet.grant(a, held_back.get(a.pk, 0))) for a in chosen]
    sheet.write()
    return grants, more
