"""Exception cases and what staff decide about them.  Money moves through the ledger only.

absorb   the shop bears it: what the case put to suspense is written off; nothing else moves
reverse  the whole row is posted back to where it came from; at most once per row
ask      nothing moves and the case stays open; the note says what is to be asked

Each decision is kept with who, when, why and its movement.  A case is decided on once it is open;
two people cannot settle it twice.
"""

from django.contrib.auth.models import User

from central.books import directory, settlement
from central.desk import counter, reversals
from central.desk.models import Choice, Decision
from central.shop.models import Case, CaseKind, Movement


def choices(case: Case) -> list[Choice]:
    """List what may be done about this case now."""
    if not case.open:
        return []
    found = [Choice.ABSORB, Choice.ASK]
    if case.transaction is not None and not reversals.why_not_reversed(case.transaction):
        found.insert(1, Choice.REVERSE)
    return found


def decide(case: Case, choice: Choice, note: str, user: User) -> Decision:
    """Do what was chosen.

    Raises ValueError without a note, NotNow (settled, or why a row is not reversed) and
    HeldElsewhere; then nothing has changed.
    """
    note = note.strip()
    if not note:
        raise ValueError("a decision takes a note")
    with directory.writing():
        locked = Case.objects.select_for_update().get(pk=case.pk)
        if not locked.open:
            raise counter.NotNow("settled")
        movement = None
        match choice:
            case Choice.ABSORB:
                movement = _absorb(locked, note, user)
            case Choice.REVERSE:
                if locked.transaction is None:
                    raise counter.NotNow("nothing_to_reverse")
                movement = reversals.reverse(locked.transaction, note, user)
        made = Decision.objects.create(
            case=locked, choice=choice, note=note[:200], user=user, movement=movement
        )
        locked.open, locked.note = choice == Choice.ASK, note[:200]
        locked.save(update_fields=["open", "note"])
        if choice == Choice.REVERSE:
            _close_beside(locked, made)
        return made


def _absorb(case: Case, note: str, user: User) -> Movement | None:
    unit, amount = settlement.in_suspense(case)
    if not amount:
        return None
    movement = settlement.move(case.store_id, {}, {unit: -amount}, "write_off", note, user)
    member = case.transaction.member if case.transaction else ""
    counter.receipt(movement, case.store_id, member)
    return movement


def _close_beside(case: Case, made: Decision) -> None:
    """With its row reversed, nothing is left of the row's other cases: they close with it.

    But for points that the reversal itself did not find.
    """
    beside = Case.objects.filter(transaction=case.transaction, open=True)
    for other in beside.exclude(kind=CaseKind.POINTS_SHORT):
        Decision.objects.create(
            case=other,
            choice=Choice.REVERSE,
            note=made.note,
            user=made.user,
            movement=made.movement,
        )
        other.open, other.note = False, made.note
        other.save(update_fields=["open", "note"])
