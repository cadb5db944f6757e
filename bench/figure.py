"""One figure: a ratio against a baseline of the same run, and the budget it is held to."""

import dataclasses as dc
from collections.abc import Callable, Iterable


@dc.dataclass(frozen=True)
class Figure:
    """`ratio` is ours over the baseline, or the baseline over ours where `more_is_better`."""

    what: str
    against: str
    ratio: float
    budget: float
    more_is_better: bool = False
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the budget is kept."""
        return self.ratio >= self.budget if self.more_is_better else self.ratio <= self.budget

    def row(self) -> tuple[str, str, str, str, str]:
        """The figure as cells of a table."""
        sign = "≥" if self.more_is_better else "≤"
        verdict = "yes" if self.holds else "no"
        return (
            self.what,
            self.against,
            f"{self.ratio:.3g} ×",
            f"{sign} {self.budget:g} ×: {verdict}",
            self.detail,
        )


HEAD = ("what", "against", "ratio", "budget", "detail")


def table(figures: Iterable[Figure]) -> str:
    """Lay figures out as a table in Markdown."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(figure.row() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(measure: Callable[[], Iterable[Figure]]) -> None:
    """Measure and print, when one module is run by itself."""
    print(table(measure()))


def milliseconds(seconds: float) -> str:
    """Write a duration."""
    return f"{seconds * 1000:.3g} ms"
