"""The day close in words: the same lines for the page, the CSV file and the slip."""

import csv
import dataclasses as dc
import io
import unicodedata

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from central.desk import dayclose, words
from central.desk.history import Names
from central.desk.models import Means
from central.shop.choices import PurseKind
from central.shop.models import CaseKind

WIDTH = 32
"""Columns of a slip on 58 mm paper; a Chinese character takes two."""

COLUMNS = (*(kind.value for kind in PurseKind if kind != PurseKind.SUSPENSE),)
SUSPENSE = ("suspense.fen", "suspense.visits", "suspense.points")


@dc.dataclass(frozen=True, slots=True)
class Section:
    """A table: its heading, the names of its columns, its rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    key: str = ""
    numeric: int = 1
    """From this column on the cells are figures."""


def categories() -> dict[str, str]:
    """Name the categories of entries."""
    return {
        "top_up": _("top-ups"),
        "pass_sale": _("passes sold"),
        "spent": _("spent at the kiosks"),
        "points": _("points minted"),
        "void": _("undone at the kiosks"),
        "redeem": _("redeemed at the counter"),
        "refund": _("refunds"),
        "adjust": _("adjustments"),
        "reversal": _("reversals"),
        "cancel_pass": _("passes cancelled"),
        "transfer": _("transfers"),
        "bonus_release": _("bonus releases"),
        "write_off": _("written off by the shop"),
        "opening": _("opening balances and imports"),
        "suspense": _("suspense"),
        "other": _("other"),
    }


def sections(figures: dayclose.Figures) -> list[Section]:
    """Write a day as tables."""
    return [
        _till(figures),
        _means(figures),
        _visits(figures),
        _work(figures),
        _books(figures),
        _cases(figures),
        _undrained(figures),
    ]


def _till(figures: dayclose.Figures) -> Section:
    names, users = Names(), _users()
    kinds = categories()
    rows = [
        (
            kinds.get(taken.kind, taken.kind),
            means(taken.means),
            users.get(taken.who) or names.operator(taken.who) or _("unknown"),
            str(taken.count),
            words.money(taken.paid),
        )
        for taken in figures.taken
    ]
    columns = (_("what"), _("means of payment"), _("by"), _("how many"), _("paid"))
    return Section(_("Money taken in and paid back"), columns, tuple(rows), "till", 3)


def _means(figures: dayclose.Figures) -> Section:
    rows = [(means(code), words.money(paid)) for code, paid in figures.by_means().items()]
    rows.append((_("total"), words.money(figures.till)))
    return Section(
        _("Till by means of payment"), (_("means of payment"), _("paid")), tuple(rows), "means"
    )


def _visits(figures: dayclose.Figures) -> Section:
    names = Names()
    rows = [
        (names.service(service), names.operator(who) or _("unknown"), str(count))
        for (service, who), count in sorted(figures.visits.items())
    ]
    columns = (_("service"), _("groomer"), _("visits done"))
    return Section(_("Visits by service and groomer"), columns, tuple(rows), "visits", 2)


def _work(figures: dayclose.Figures) -> Section:
    names = Names()
    money = (PurseKind.PRINCIPAL, PurseKind.BONUS)
    visits = (PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT)
    spent = [figures.category(c, *money) for c in ("spent", "redeem")]
    used = [figures.category(c, *visits) for c in ("spent", "redeem")]
    rows = [
        (_("value spent"), words.money(-sum(spent))),
        (_("pass visits used"), str(-sum(used))),
        *(
            (f"{_('redeemed')}: {names.service(service)}", str(count))
            for service, count in sorted(figures.redeemed.items())
        ),
        (_("undone at the kiosks"), str(figures.voids)),
        (_("check-ins"), str(figures.check_ins)),
        (_("refunds"), words.money(figures.category("refund", *money))),
        (_("adjustments"), words.money(figures.category("adjust", *money))),
        (_("reversals"), words.money(figures.category("reversal", *money))),
    ]
    return Section(_("Spending and corrections"), (_("what"), _("figure")), tuple(rows), "work")


def _books(figures: dayclose.Figures) -> Section:
    suspense = [unit for unit in SUSPENSE if any(k == unit for _c, k in figures.books)]
    kinds = [k for k in COLUMNS if k != PurseKind.COUPON or figures.total(k)]
    named = categories()
    rows = [
        (
            named[category],
            *(_or_dash(figures.books[category, kind], kind) for kind in (*kinds, *suspense)),
        )
        for category in dayclose.CATEGORIES
        if any(figures.books[category, kind] for kind in (*kinds, *suspense))
    ]
    rows.append(
        (
            _("all entries"),
            *(_or_dash(figures.total(kind), kind) for kind in (*kinds, *suspense)),
        )
    )
    heads = (str(PurseKind(kind).label) for kind in kinds)
    columns = (_("what"), *heads, *(_("suspense") for _unit in suspense))
    return Section(_("All entries of the day"), columns, tuple(rows), "books")


def _or_dash(amount: int, kind: str) -> str:
    return words.amount(amount, kind.removeprefix("suspense.")) if amount else "–"


def _cases(figures: dayclose.Figures) -> Section:
    rows = [
        (str(CaseKind(kind).label), str(count))
        for kind, count in sorted(figures.open_cases.items())
    ]
    return Section(_("Open exception cases"), (_("kind"), _("how many")), tuple(rows), "cases")


def _undrained(figures: dayclose.Figures) -> Section:
    rows = [
        (
            str(one.terminal),
            str(one.waiting),
            _("online") if one.online else _("offline"),
            words.clock(one.last_heard, figures.store.utc_offset_minutes),
        )
        for one in figures.undrained
    ]
    columns = (_("terminal"), _("rows waiting"), _("state"), _("last heard"))
    return Section(_("Kiosks not yet drained"), columns, tuple(rows), "undrained", 1)


def means(code: str) -> str:
    """Name a means of payment."""
    return str(Means(code).label) if code in Means.values else _("not noted")


def _users() -> dict[str, str]:
    users = User.objects.values_list("username", "first_name")
    return {f"@{username}": first_name or username for username, first_name in users}


def as_csv(figures: dayclose.Figures) -> bytes:
    """Write a day as CSV with a byte order mark, by which Excel knows that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Day close"), figures.store.name, figures.day.isoformat()])
    for section in sections(figures):
        writer.writerow([])
        writer.writerow([section.title])
        writer.writerow(section.columns)
        for row in section.rows:
            texts = [_harmless(cell) for cell in row[: section.numeric]]
            writer.writerow([*texts, *(cell.replace("¥", "") for cell in row[section.numeric :])])
    return out.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """A spreadsheet would compute a name that begins like a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@dc.dataclass(frozen=True, slots=True)
class SlipLine:
    """A line of the slip: a heading, or what stands left and right."""

    left: str
    right: str = ""
    heading: bool = False


def slip(figures: dayclose.Figures) -> list[SlipLine]:
    """Write a day as the lines of a slip, below its title; sections without figures are left out.

    The table of all entries is too wide for it.
    """
    lines: list[SlipLine] = []
    for section in sections(figures):
        if section.key != "books" and section.rows:
            lines.append(SlipLine(section.title, heading=True))
            lines += [SlipLine(" ".join(row[:-1]), row[-1]) for row in section.rows]
    return lines


def as_slip(figures: dayclose.Figures) -> str:
    """Write a day as a slip of 32 columns."""
    lines = [_center(figures.store.name), _center(_("Day close")), _center(str(figures.day))]
    for line in slip(figures):
        if line.heading:
            lines += ["-" * WIDTH, line.left]
        else:
            lines += _spread(line.left, line.right)
    if figures.undrained:
        lines += ["-" * WIDTH, *_wrapped(_("Kiosks are not drained: figures may still change."))]
    return "\n".join(lines) + "\n"


def columns(text: str) -> int:
    """Count the columns that a text takes on a slip."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _center(text: str) -> str:
    return " " * max(0, (WIDTH - columns(text)) // 2) + text


def _spread(left: str, right: str) -> list[str]:
    room = WIDTH - columns(right) - 1
    *first, last = _wrapped(left, room) if columns(left) > room else [left]
    return [*first, last + " " * (WIDTH - columns(last) - columns(right)) + right]


def _wrapped(text: str, width: int = WIDTH) -> list[str]:
    lines = [""]
    for c in text:
        if columns(lines[-1] + c) > width:
            lines.append("")
        lines[-1] += c
    return lines
