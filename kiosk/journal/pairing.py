"""Which redemptions of a row leave a service ticket open (design, §4).  Pure."""

from kiosk.domain.transactions import AnyLine, ValueRedeem, VisitLog, VisitRedeem

REDEEMS = (VisitRedeem, ValueRedeem)
"""What takes something for a service, and opens a ticket."""


class Unpaired(Exception):
    """A log without a ticket, and nothing in its row that it could be the end of."""


def still_open(lines: tuple[AnyLine, ...]) -> list[int]:
    """List the numbers of the lines whose ticket is open when the row is written.

    A log without a ticket closes that of a redemption of the same row, for the same service and
    pet; central pairs them alike.  Raises Unpaired.
    """
    opened = [n for n, line in enumerate(lines) if isinstance(line, REDEEMS)]
    for line in lines:
        if isinstance(line, VisitLog) and not line.ticket:
            fitting = [n for n in opened if _paid_for(lines[n], line)]
            if not fitting:
                raise Unpaired
            opened.remove(fitting[0])
    return opened


def _paid_for(paid: AnyLine, log: VisitLog) -> bool:
    if not isinstance(paid, REDEEMS):
        return False
    return (paid.service, paid.pet) == (log.service, log.pet)
