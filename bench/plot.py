"""How far each figure is from its budget, as a picture (SVG 1.1)."""

import math
from collections.abc import Sequence
from html import escape

from bench.figure import Figure

ROW, TOP, MIDDLE, WIDTH = 26, 40, 620, 980
DECADE = 110
"""Pixels for a factor of ten."""


def headroom(figure: Figure) -> float:
    """Return how many times better than its budget a figure is; below 1 it is over it."""
    if figure.more_is_better:
        return figure.ratio / figure.budget
    return figure.budget / figure.ratio if figure.ratio else math.inf


def bars(figures: Sequence[Figure]) -> str:
    """Draw a bar for each figure, to the right where it is better than its budget."""
    height = TOP + ROW * len(figures) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{MIDDLE + 8}" y="16">better than its budget, times →</text>',
        f'<text x="{MIDDLE - 8}" y="16" text-anchor="end">← over it</text>',
    ]
    for power in range(-1, 4):
        at = MIDDLE + DECADE * power
        parts.append(f'<line x1="{at}" x2="{at}" y1="{TOP - 8}" y2="{height - 6}" stroke="#ddd"/>')
        parts.append(f'<text x="{at}" y="{TOP - 12}" text-anchor="middle">{10**power:g}</text>')
    for number, figure in enumerate(figures):
        y = TOP + ROW * number
        length = DECADE * max(-1.0, min(3.0, math.log10(max(0.1, headroom(figure)))))
        x, colour = min(MIDDLE, MIDDLE + length), "#2a7" if figure.holds else "#c43"
        label = escape(f"{figure.what} / {figure.against}")
        parts.append(
            f'<text x="{MIDDLE - DECADE - 6}" y="{y + 15}" text-anchor="end">{label}</text>'
            f'<rect x="{x:.1f}" y="{y + 3}" width="{max(2, abs(length)):.1f}" height="16" '
            f'fill="{colour}"/>'
        )
    return "\n".join([*parts, "</svg>", ""])
