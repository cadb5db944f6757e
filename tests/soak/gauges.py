"""What may not grow: threads, files, memory, queues, live objects of the kiosk's own classes."""

import ctypes
import dataclasses as dc
import gc
import os
import sys
import threading
from collections import Counter as Tally
from pathlib import Path

from tests.soak.counter import Counter

_LIBC = ctypes.CDLL(None)
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dc.dataclass(frozen=True)
class Mark:
    """One reading.  Memory in bytes; `blocks` are Python's own allocations, `objects` by class."""

    taps: int
    threads: int
    files: int
    memory: int
    blocks: int
    waiting: int
    objects: dict[str, int]


def read(taps: int, counter: Counter) -> Mark:
    """Read all gauges of this process, after everything that can go has gone."""
    counter.sweep()
    gc.collect()
    objects = Tally(
        f"{type(o).__module__}.{type(o).__qualname__}"
        for o in gc.get_objects()
        if str(type(o).__module__).startswith("kiosk.")
    )
    gc.collect()
    blocks = sys.getallocatedblocks()
    _LIBC.malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Mark(
        taps,
        threading.active_count(),
        len(os.listdir("/proc/self/fd")),
        pages * _PAGE,
        blocks,
        queued(counter),
        dict(objects),
    )


def queued(counter: Counter) -> int:
    """Count what waits in any queue of the kiosk."""
    kiosk, courier = counter.kiosk, counter.kiosk.courier
    waiting = kiosk.loop._mailbox.qsize() + len(kiosk.journal._jobs)
    for worker in kiosk.crew.workers:
        waiting += len(worker._questions) + len(getattr(worker, "_jobs", ()))
    if courier is not None:
        waiting += courier._mailbox.qsize() + len(courier._inbox)
    return waiting


@dc.dataclass(frozen=True)
class Bounds:
    """What counts as growth, from the mark after warm-up to the last.

    `memory` in bytes and `blocks` are allowed over it whatever the number of taps, for caches that
    fill; besides them `memory_slope` bytes and `block_slope` for each tap.
    """

    memory: int = 4 << 20
    memory_slope: float = 60.0
    blocks: int = 4000
    block_slope: float = 0.2
    objects: int = 60


def growth(marks: list[Mark], bounds: Bounds) -> list[str]:
    """Say what has grown since the second mark; the first is before anything was warm."""
    warm, last = marks[1], marks[-1]
    taps = last.taps - warm.taps
    found = [
        f"{name}: {getattr(warm, name)} after {warm.taps} taps, {getattr(last, name)} at the end"
        for name in ("threads", "files", "waiting")
        if getattr(last, name) > getattr(warm, name)
    ]
    more = last.memory - warm.memory
    if more > bounds.memory + bounds.memory_slope * taps:
        found.append(f"memory: {more} bytes more after {taps} taps")
    if (more := last.blocks - warm.blocks) > bounds.blocks + bounds.block_slope * taps:
        found.append(f"Python's memory: {more} blocks more after {taps} taps")
    for name, count in last.objects.items():
        if count > warm.objects.get(name, 0) + bounds.objects:
            found.append(f"{name}: {warm.objects.get(name, 0)} before, {count} at the end")
    return found
