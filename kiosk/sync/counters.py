"""What the protocol session has counted since the start, for status and doctor."""

import dataclasses as dc


@dc.dataclass(slots=True)
class Counters:
    """Only ever go up.  The second half is faults: a message dropped here harmed nothing."""

    hellos: int = 0
    welcomes: int = 0
    batches: int = 0
    repeats: int = 0
    acks: int = 0
    grants: int = 0
    pages: int = 0
    malformed: int = 0
    """Did not parse, or broke the schema."""
    foreign: int = 0
    """Meant for another journal or another store."""
    strangers: int = 0
    """From another central than the one this journal follows."""
    stale: int = 0
    """True once; overtaken by something newer, or a duplicate."""
    gaps: int = 0
    """Rows or pages missing in between: asked for again."""
    unsent: int = 0
    """Refused by the broker, or nobody was there to take it."""
    dropped: int = 0
    """Reports of ours that were not sent because central did not answer."""
    ignored: int = 0
    """Well-formed, and not for this version to act upon."""
    faults: int = 0
    """The journal could not do what was asked; asked again later."""
