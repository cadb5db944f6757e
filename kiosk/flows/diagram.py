"""Draws the live transition table as a Mermaid state diagram: docs/flows.md, never by hand."""

from collections import defaultdict

from kiosk.domain.devices import Button
from kiosk.flows.table import Row, Table


def _label(one: Row) -> str:
    return one.on.value if isinstance(one.on, Button) else one.on.__name__


def mermaid(table: Table) -> str:
    """Write one arrow for each pair of states, with all its events."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in table.rows:
        for to in one.to:
            arrows[one.state.__name__, to.__name__].append(_label(one))
    lines = ["stateDiagram-v2", "    [*] --> Starting"]
    lines += [f"    {a} --> {b}: {', '.join(events)}" for (a, b), events in arrows.items()]
    return "\n".join(lines) + "\n"


def markdown(table: Table) -> str:
    """Write the page: the diagram, then every row."""
    rows = "\n".join(
        f"| {one.state.__name__} | {_label(one)} | {', '.join(t.__name__ for t in one.to)} |"
        for one in table.rows
    )
    return (
        "# The kiosk's states\n\n"
        "Drawn from the live table in `kiosk/flows/kiosk.py` by `make diagrams`; "
        "a test fails when this page and the table differ.\n\n"
        f"```mermaid\n{mermaid(table)}```\n\n"
        "A pair that is not listed is ignored on purpose.\n\n"
        f"| state | on | may go to |\n|---|---|---|\n{rows}\n"
    )
