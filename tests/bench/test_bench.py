"""The benches run, in their shortest form, and say what they promise.  No time is asserted."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import ack, drain, slip, spend
from bench.figure import Figure, table
from bench.plot import bars, headroom
from bench.rounds import rounds

FIGURES = [
    Figure("a spend", "an append", 1.2, 1.5),
    Figure("a slip", "its <text>", 3.0, 1.5),
    Figure("a frame", "luma's & ours", 40, 20, more_is_better=True, detail="8 µs"),
    Figure("a frame again", "luma's", 0, 0),
]


def test_a_budget_is_kept_or_it_is_said() -> None:
    assert [figure.holds for figure in FIGURES] == [True, False, True, True]
    assert [headroom(figure) for figure in FIGURES[:3]] == [1.25, 0.5, 2.0]
    *_, frame, _ = table(FIGURES).splitlines()
    assert frame == "| a frame | luma's & ours | 40 × | ≥ 20 ×: yes | 8 µs |"


def test_the_plot_is_a_picture_with_a_bar_for_each() -> None:
    picture = ET.fromstring(bars(FIGURES))
    svg = "{http://www.w3.org/2000/svg}"
    fills = [bar.get("fill") for bar in picture.iter(f"{svg}rect")]
    assert fills[1:] == ["#2a7", "#c43", "#2a7", "#2a7"]


def test_candidates_take_turns() -> None:
    now, called = [0.0], []

    def call(name: str, seconds: float) -> None:
        called.append(name)
        now[0] += seconds

    took = rounds(
        {"a": lambda: call("a", 1), "b": lambda: call("b", 3)}, 2, warmup=1, clock=lambda: now[0]
    )
    assert took == {"a": 1, "b": 3}
    assert called == ["a", "b"] * 3


def test_figures_are_written_between_their_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "performance.md"
    page.write_text((bench.DOCS / "performance.md").read_text())
    monkeypatch.setattr(bench, "DOCS", tmp_path)
    for _ in range(2):
        bench.write(FIGURES)
    text = page.read_text()
    assert text.count("| a spend | an append |") == 1
    assert text.index(bench.BEGIN) < text.index("| a spend |") < text.index(bench.END)


def test_a_slip_is_little_more_than_its_text() -> None:
    bytes_of_text, bytes_of_picture, _ = slip.measure(2)
    assert bytes_of_text.holds
    assert bytes_of_picture.holds


def test_a_spend_against_its_baselines(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = (("20 members", 20, 0), ("40 members", 40, 0), ("30 rows waiting", 20, 30))
    monkeypatch.setattr(spend, "SIZES", sizes)
    monkeypatch.setattr(spend, "MEMBERS", 20)
    monkeypatch.setattr(spend, "MEMORY", Path("/nonexistent"))
    assert [figure.ratio > 0 for figure in spend.measure(5)] == [True] * 5


@pytest.mark.loopback
def test_a_backlog_arrives_whole_either_way() -> None:
    [figure] = drain.measure(200)
    assert figure.ratio > 0


@pytest.mark.loopback
def test_a_message_and_its_answer() -> None:
    [figure] = ack.measure(5)
    assert figure.ratio > 0
