"""Layouts and slips to plain lines: the display in a terminal and in a scenario's printout."""

from kiosk.domain.document import Align, Document, Qr, Text, columns
from kiosk.domain.policy import Language
from kiosk.domain.screens import Screen
from kiosk.render.compose import compose
from kiosk.render.layout import Big, Icon, Layout, Row, Style

_SIGNS = {Icon.TICK: "✓", Icon.WARNING: "!"}


def screen_lines(screen: Screen, language: Language, training: bool = False) -> list[str]:
    """Write a screen as lines of text, without frame and without trailing blanks."""
    return lines(compose(screen, language, training))


def lines(layout: Layout) -> list[str]:
    """Write a layout: mark, title, body, keys; the selected row has a ▶."""
    title = _row(layout.title) if layout.title else ""
    status = "  ".join(status.words for status in layout.status)
    mark = f"[{layout.mark}]" if layout.mark else ""
    head = _join(" ".join(s for s in (mark, title) if s), status)
    out = [head] if head else []
    chosen = any(isinstance(p, Row) and p.style is Style.SELECTED for p in layout.body)
    for part in layout.body:
        match part:
            case Big():
                out.append(" ".join(s for s in (part.before, part.value, part.after) if s))
            case Row(style=Style.SELECTED):
                out.append("▶ " + _row(part))
            case Row():
                out.append(("  " if chosen else "") + _row(part))
    if layout.keys:
        out.append("  ".join(f"[{button.value} {word}]" for button, word in layout.keys))
    return out


def _row(row: Row) -> str:
    icon = _SIGNS.get(row.icon, "") if row.icon else ""
    badge = f"[{row.badge}]" if row.badge else ""
    return _join(" ".join(s for s in (icon, row.left, badge, row.also) if s), row.right)


def _join(left: str, right: str) -> str:
    return f"{left}  {right}".strip()


def slip_lines(document: Document, width: int) -> list[str]:
    """Write a slip as lines of text on paper of `width` columns; a double line takes two each."""
    return [_printed(part, width) for part in document]


def _printed(part: Text | Qr, width: int) -> str:
    if isinstance(part, Qr):
        return f"[QR {part.text}]"
    room = width - columns(part.text) * (2 if part.double else 1)
    match part.align:
        case Align.CENTRE:
            return " " * (room // 2) + part.text
        case Align.RIGHT:
            return " " * room + part.text
        case _:
            return part.text
