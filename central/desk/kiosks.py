"""The kiosks and their journals in plain words: how each is, what it holds, what can be done."""

import dataclasses as dc

from django.utils.translation import gettext as _

from central.books import journals
from central.desk import deciding, words
from central.desk.models import JournalDecision, Verdict
from central.shop.choices import JournalReason, JournalState, PurseKind
from central.shop.models import Journal, Store, Terminal


@dc.dataclass(frozen=True, slots=True)
class PartShown:
    """A part of a kiosk; `well`, unless it needs somebody."""

    name: str
    state: str
    well: bool


@dc.dataclass(frozen=True, slots=True)
class JournalShown:
    """A journal: `look` is good, bad or none; `holds` are sums by kind of purse."""

    journal: Journal
    short: str
    state: str
    look: str
    current: bool
    why: str
    recover: str
    outstanding: int
    holds: tuple[tuple[str, str], ...]
    decisions: tuple[JournalDecision, ...]
    verdicts: tuple[tuple[str, str, str], ...]


@dc.dataclass(frozen=True, slots=True)
class Kiosk:
    """A terminal with its parts and journals, the newest first."""

    terminal: Terminal
    parts: tuple[PartShown, ...]
    journals: tuple[JournalShown, ...]


def of(store: Store) -> list[Kiosk]:
    """List a store's kiosks."""
    found = Terminal.objects.filter(store=store).order_by("code")
    return [
        Kiosk(
            terminal,
            tuple(_parts(terminal)),
            tuple(
                shown(journal, current=number == 0)
                for number, journal in enumerate(
                    terminal.journals.order_by("-first_heard").prefetch_related("decisions__user")
                )
            ),
        )
        for terminal in found
    ]


def shown(journal: Journal, *, current: bool) -> JournalShown:
    """Write a journal in words."""
    done = journals.drained(journal)
    state, look = _state(journal, done)
    return JournalShown(
        journal=journal,
        short=journal.pk[:8],
        state=state,
        look=look,
        current=current,
        why=_why(journal),
        recover=_recover(journal, done),
        outstanding=max(0, journal.last_seq - journal.applied),
        holds=tuple(
            (str(PurseKind(kind).label), words.amount(amount, kind))
            for kind, amount in journals.held(journal).items()
        ),
        decisions=tuple(journal.decisions.all()),
        verdicts=tuple((v.value, *verdict(v)) for v in deciding.verdicts(journal)),
    )


def verdict(verdict: Verdict) -> tuple[str, str]:
    """Name a decision and say what it does."""
    match verdict:
        case Verdict.LOST:
            return _("Old journal lost"), _(
                "All that it holds is free again. What was still spent there and never sent is"
                " the shop's loss; rows that come later all the same are posted, with a case."
            )
        case Verdict.ACCEPT:
            return _("Accept it again"), _(
                "It goes on where it stands. Should it contradict its own past once more, it is"
                " quarantined again."
            )
        case Verdict.FREEZE:
            return _("Keep it closed"), _(
                "It may still send its rows and give back what it holds; it takes no more"
                " payments. The kiosk needs a fresh journal."
            )
        case Verdict.WRITE_OFF:
            return _("Do not wait for it"), _(
                "It is free here at once. If the kiosk has spent it meanwhile, the shop bears it."
            )


def _state(journal: Journal, done: bool) -> tuple[str, str]:
    match journal.state:
        case JournalState.OPEN if journal.reason == JournalReason.ROLLED_BACK:
            return _("rolled back"), "bad"
        case JournalState.OPEN if journal.reason:
            return _("stopped"), "bad"
        case JournalState.OPEN:
            return _("in use"), "good"
        case JournalState.QUARANTINED:
            return _("quarantined"), "bad"
        case JournalState.LOST:
            return _("lost"), "none"
    return (_("drained"), "none") if done else (_("frozen"), "bad")


def _why(journal: Journal) -> str:
    return {
        JournalReason.REPLACED.value: _("The kiosk has come with another journal since."),
        JournalReason.FORK.value: _(
            "It sent another row in the place of one that is booked: its memory card was copied,"
            " or set back and used on."
        ),
        JournalReason.BAD_CHAIN.value: _(
            "Its next row does not follow the last one that is booked: its memory card was set"
            " back and used on, or rows were changed."
        ),
        JournalReason.OTHER_PAST.value: _(
            "It came with another history than the one that is booked: its memory card was copied"
            " or changed."
        ),
        JournalReason.ROLLED_BACK.value: _(
            "It has fewer rows than are booked: an older copy of its memory card is in the kiosk."
            " The kiosk takes no payments."
        ),
        JournalReason.GAP.value: _(
            "Rows between the last booked one and those it sends are gone from its memory card."
        ),
        JournalReason.STAFF.value: _("Staff decided so."),
    }.get(journal.reason, "")


def _recover(journal: Journal, done: bool) -> str:
    """Say what is to be done, in order."""
    if done:
        return _("Nothing is to be done: all of it is in.")
    match journal.state:
        case JournalState.LOST:
            return _("Nothing is to be done. Do not use that memory card again.")
        case JournalState.FROZEN:
            return _(
                "Is the old memory card there? Put it in and let the kiosk go online: it sends its"
                " rows and gives back what it holds. It is not? Then “Old journal lost”."
            )
        case JournalState.QUARANTINED:
            return _(
                "Is the right memory card found? Put it in, then “Accept it again”. Otherwise the"
                " technician starts a fresh journal (kiosk journal renew), and then “Old journal"
                " lost”."
            )
        case JournalState.OPEN if journal.reason:
            return _(
                "Put the right memory card back: it goes on by itself. It is broken? The"
                " technician starts a fresh journal (kiosk journal renew), and then “Old journal"
                " lost”."
            )
    return ""


def _parts(terminal: Terminal) -> list[PartShown]:
    names = {
        "clock": _("clock"), "reader": _("card reader"), "scanner": _("scanner"),
        "buttons": _("buttons"), "lamps": _("lamps"), "buzzer": _("buzzer"),
        "display": _("display"), "printer": _("printer"), "link": _("network"),
        "journal": _("journal"),
    }  # fmt: skip
    states = {
        "ready": _("ready"), "absent": _("absent"), "fault": _("fault"), "denied": _("denied"),
        "unknown": _("unknown"), "not_configured": _("not fitted"), "synced": _("right"),
        "rtc": _("by its battery"), "unsynced": _("not set"),
    }  # fmt: skip
    well = ("ready", "not_configured", "synced", "rtc", "unknown")
    found = []
    for key, state in terminal.health.items():
        part, _space, name = str(key).partition(" ")
        label = " ".join(filter(None, (names.get(part, part), name)))
        found.append(PartShown(label, states.get(state, str(state)), state in well))
    return found
