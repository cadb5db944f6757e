"""The display's figures in their shortest form: bytes are the same anywhere, times are not."""

from bench import frame


def test_every_figure_is_measured_and_bytes_keep_their_budget() -> None:
    figures = list(frame.measure(count=2))
    assert len(figures) == 11
    assert all(figure.ratio > 0 for figure in figures if figure.more_is_better)
    assert [figure.what for figure in figures if "bytes" in figure.what and not figure.holds] == []
