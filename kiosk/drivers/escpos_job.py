"""From a slip's document to ESC/POS bytes, by python-escpos."""

from kiosk.domain.document import Align, Document, Qr, printable
from kiosk.drivers.escpos_library import printers

_CHINESE = b"\x1c&"
"""FS &: double-byte characters on."""


def encode(document: Document, *, native_qr: bool = True, cutter: bool = True) -> bytes:
    """Write a document as ESC/POS commands, from reset to cut.

    Text goes as GB18030 and never holds a control byte, whatever a name contains.  Without
    `native_qr` codes go as pictures, without `cutter` the paper is fed to the edge instead.
    """
    job = printers().Dummy()
    job.hw("INIT")
    job._raw(_CHINESE)
    align, bold, double = Align.LEFT, False, False
    for part in document:
        to = Align.CENTRE if isinstance(part, Qr) else part.align
        if to is not align:
            align = to
            job.set(align={Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right"}[to])
        if isinstance(part, Qr):
            job.qr(printable_code(part.text), ec=1, size=5, native=native_qr)
            continue
        if part.bold is not bold:
            bold = part.bold
            job.set(bold=bold)
        if part.double is not double:
            double = part.double
            # GS !, which unlike ESC ! is for Chinese characters too
            job.set(custom_size=True, width=1 + double, height=1 + double)
        job._raw(printable(part.text).encode("gb18030") + b"\n")
    if cutter:
        job.cut(feed=False)
    else:
        job.print_and_feed(5)
    return bytes(job.output)


def printable_code(text: str) -> str:
    """Drop control characters from a QR code's text: none may reach the printer as a command."""
    return "".join(char for char in text if char.isprintable())
