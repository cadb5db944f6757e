"""Time several candidates in one run, in turns: what slows the machine meets all of them."""

import statistics
import time
from collections.abc import Callable, Mapping


def rounds(
    candidates: Mapping[str, Callable[[], object]],
    count: int,
    warmup: int = 3,
    clock: Callable[[], float] = time.perf_counter,
    before: Mapping[str, Callable[[], object]] | None = None,
) -> Mapping[str, float]:
    """Call each candidate once a round; return the median seconds of each by `clock`.

    `before` is called ahead of a candidate, and not timed.
    """
    took: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(warmup + count):
        for name, call in candidates.items():
            if before and name in before:
                before[name]()
            began = clock()
            call()
            if number >= warmup:
                took[name].append(clock() - began)
    return {name: statistics.median(times) for name, times in took.items()}
