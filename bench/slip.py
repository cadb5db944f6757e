"""The bytes of a slip, against its text and against printing text as a picture."""

from collections.abc import Iterator

from bench.figure import Figure, main, milliseconds
from bench.rounds import rounds
from kiosk.domain.document import Document, Qr, Text, columns
from kiosk.drivers.escpos_job import encode
from kiosk.drivers.escpos_library import printers
from kiosk.render.proof import proof

LINE = Text("洗澡 美容 余额 积分 ￥123,456.78")
SLIP: Document = ((LINE,) * 30) + (Qr("https://example.org/t/42"),)


def picture(document: Document) -> bytes:
    """Print the same slip the way that needs no Chinese printer: everything as a picture."""
    job = printers().Dummy()
    paper = proof(document, 32)
    # its 384 dots, without the margin that a proof has on both sides
    edge = (paper.width - 384) // 2
    job.image(paper.crop((edge, 0, edge + 384, paper.height)))
    job.cut()
    return bytes(job.output)


def measure(count: int = 20) -> Iterator[Figure]:
    """Measure a slip of 30 Chinese lines and a code."""
    assert columns(LINE.text) == 32
    text = 30 * len(LINE.text.encode("gb18030"))
    ours, drawn = encode(SLIP), picture(SLIP)
    yield Figure(
        "bytes of a slip, 30 Chinese lines and a code",
        "its text in GB18030",
        len(ours) / text,
        1.15,
        detail=f"{len(ours)}, {text}",
    )
    yield Figure(
        "bytes of the same slip",
        "python-escpos, text as a picture",
        len(drawn) / len(ours),
        10,
        more_is_better=True,
        detail=f"{len(drawn)}, {len(ours)}",
    )
    took = rounds({"ours": lambda: encode(SLIP), "drawn": lambda: picture(SLIP)}, count)
    yield Figure(
        "time to make it",
        "python-escpos, text as a picture",
        took["drawn"] / took["ours"],
        1,
        more_is_better=True,
        detail=f"{milliseconds(took['drawn'])}, {milliseconds(took['ours'])}",
    )


if __name__ == "__main__":
    main(measure)
