"""What a soak did and what it weighed, as tables for people."""

from collections.abc import Iterator, Mapping

from tests.soak.gauges import Mark


def counts(title: str, found: Mapping[str, int]) -> Iterator[str]:
    """Write how often each thing happened, the most frequent first."""
    yield f"{title} ({sum(found.values())})"
    for name, count in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count:7}  {name}"


def weights(marks: list[Mark], warm: Mark) -> Iterator[str]:
    """Write every mark; the one with a star is where growth is counted from."""
    yield "   taps  threads  files    MiB   heap    blocks  queued  entries  objects"
    for mark in marks:
        yield (
            f"{mark.taps:7}{'*' if mark is warm else ' '} {mark.threads:7} {mark.files:6}"
            f" {mark.memory / 2**20:6.1f}"
            f" {mark.heap / 2**20:6.1f} {mark.blocks:9} {mark.waiting:7}"
            f" {mark.entries:8} {sum(mark.objects.values()):8}"
        )
