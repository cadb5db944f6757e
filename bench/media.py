"""What a spend writes to the medium: bytes and flushes, counted by the kernel on a loop device.

Needs root, for the device is mounted; otherwise nothing is measured, and said so.  An SD card wears
by what is written, and answers a flush late.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure, main
from bench.spend import MEMBERS, Spender, appender, filled

MEGABYTES = 256
SECTOR = 512


@contextlib.contextmanager
def medium() -> Iterator[tuple[Path, Path]]:
    """Mount an empty ext4; yield its folder and the kernel's counters of it."""
    with TemporaryDirectory() as name, contextlib.ExitStack() as end:
        image, folder = Path(name) / "image", Path(name) / "medium"
        folder.mkdir()
        with image.open("wb") as file:
            file.truncate(MEGABYTES << 20)
        _run("mkfs.ext4", "-q", str(image))
        device = _run("losetup", "--find", "--show", str(image)).strip()
        end.callback(_run, "losetup", "--detach", device)
        _run("mount", "-o", "noatime", device, str(folder))
        end.callback(_run, "umount", str(folder))
        yield folder, Path("/sys/block") / Path(device).name / "stat"


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def written(stat: Path) -> tuple[int, int]:
    """Return bytes written and flushes (Linux, Documentation/block/stat.rst)."""
    fields = [int(field) for field in stat.read_text().split()]
    return fields[6] * SECTOR, fields[15]


def per_call(stat: Path, call: Callable[[], object], count: int) -> tuple[float, float]:
    """Return bytes and flushes of one call, by the mean of many."""
    os.sync()
    before = written(stat)
    for _ in range(count):
        call()
    os.sync()
    after = written(stat)
    return (after[0] - before[0]) / count, (after[1] - before[1]) / count


def measure(count: int = 500) -> Iterator[Figure]:
    """Measure spends on a medium of their own."""
    if os.geteuid() != 0:
        print("bench.media: needs root for a loop device; not measured", file=sys.stderr)
        return
    with (
        medium() as (folder, stat),
        contextlib.closing(filled(folder, MEMBERS)) as journal,
        appender(folder) as append,
    ):
        member = Spender(journal, MEMBERS)

        def spend() -> None:
            member.tap()
            member.spend()

        spend()
        size, flushes = per_call(stat, spend, count)
        least, once = per_call(stat, append, count)
    yield Figure(
        "bytes on the medium, one spend",
        "raw append of 256 bytes + fdatasync",
        size / least,
        4,
        detail=f"{size / 1024:.1f} KB, {least / 1024:.1f} KB",
    )
    yield Figure(
        "flushes, one spend",
        "raw append of 256 bytes + fdatasync",
        flushes / once,
        1.1,
        detail=f"{flushes:.2f}, {once:.2f}",
    )


if __name__ == "__main__":
    main(measure)
