"""What may not grow: threads, files, memory, queues, live objects of the kiosk's own classes."""

import collections
import ctypes
import dataclasses as dc
import gc
import os
import sys
import threading
from pathlib import Path

from tests.soak.counter import Counter

_LIBC = ctypes.CDLL(None)
_M_ARENA_MAX = -8
_ARENAS = 2
_PAGE = os.sysconf("SC_PAGE_SIZE")


class _Heap(ctypes.Structure):
    """struct mallinfo2 (mallinfo(3))."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


_LIBC.mallinfo2.restype = _Heap


def few_arenas() -> None:
    """Have malloc keep as few heaps as the service does (MALLOC_ARENA_MAX in its unit).

    By default every thread may get one, up to eight for each processor, and what is free in one
    is of no use to the others: that grows by 1 KB a tap for thousands of taps.
    """
    _LIBC.mallopt(_M_ARENA_MAX, _ARENAS)


@dc.dataclass(frozen=True)
class Mark:
    """One reading.  `memory` is resident, `heap` what is in use of malloc's, in bytes; `blocks` are
    Python's own small allocations, `objects` are by class.

    `entries` are those of every table, list and queue that such an object has, `waiting` those of
    the queues alone.
    """

    taps: int
    threads: int
    files: int
    memory: int
    heap: int
    blocks: int
    waiting: int
    entries: int
    objects: dict[str, int]


def read(taps: int, counter: Counter) -> Mark:
    """Read all gauges of this process, after everything that can go has gone."""
    counter.sweep()
    gc.collect()
    ours = [o for o in gc.get_objects() if str(type(o).__module__).startswith("kiosk.")]
    objects = collections.Counter(f"{type(o).__module__}.{type(o).__qualname__}" for o in ours)
    held = [value for o in ours for value in getattr(o, "__dict__", {}).values()]
    entries = sum(len(v) for v in held if isinstance(v, dict | list | set | collections.deque))
    del ours, held
    blocks, heap = sys.getallocatedblocks(), _LIBC.mallinfo2()
    _LIBC.malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Mark(
        taps,
        threading.active_count(),
        len(os.listdir("/proc/self/fd")),
        pages * _PAGE,
        heap.uordblks + heap.hblkhd,
        blocks,
        queued(counter),
        entries,
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

    `memory` and `heap` in bytes and `blocks` may be so much more whatever the number of taps, for
    what fragments and caches that fill; besides them so much for each tap by their slopes.
    `objects` may be so many more of one class, `entries` so many more in all.
    """

    memory: int = 3 << 20
    memory_slope: float = 60.0
    heap: int = 1 << 20
    heap_slope: float = 30.0
    blocks: int = 4000
    block_slope: float = 0.2
    objects: int = 60
    entries: int = 100


def growth(warm: Mark, last: Mark, bounds: Bounds) -> list[str]:
    """Say what has grown between two marks, the first of which was taken when all was warm."""
    taps = last.taps - warm.taps
    found = [
        f"{name}: {getattr(warm, name)} after {warm.taps} taps, {getattr(last, name)} at the end"
        for name in ("threads", "files")
        if getattr(last, name) > getattr(warm, name)
    ]
    if (more := last.memory - warm.memory) > bounds.memory + bounds.memory_slope * taps:
        found.append(f"memory: {more} bytes more after {taps} taps")
    if (more := last.heap - warm.heap) > bounds.heap + bounds.heap_slope * taps:
        found.append(f"heap: {more} bytes more after {taps} taps")
    if (more := last.blocks - warm.blocks) > bounds.blocks + bounds.block_slope * taps:
        found.append(f"Python's memory: {more} blocks more after {taps} taps")
    if (more := last.entries - warm.entries) > bounds.entries:
        found.append(f"tables and queues: {more} entries more after {taps} taps")
    for name, count in last.objects.items():
        if count > warm.objects.get(name, 0) + bounds.objects:
            found.append(f"{name}: {warm.objects.get(name, 0)} before, {count} at the end")
    return found
