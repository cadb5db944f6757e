"""What a file brings: its members, each with what is new of it."""

import dataclasses as dc

from central.desk.importing.sheetrows import Fault, Line
from central.shop.choices import PurseKind
from central.shop.models import Member, PassPlan, Store
from kiosk.domain.members import Tier

Opening = tuple[int, int, int]
"""Principal and bonus in 分, points."""

OPENING = (PurseKind.PRINCIPAL, PurseKind.BONUS, PurseKind.POINTS)


@dc.dataclass(slots=True)
class Person:
    """A member of the file: `member` is set where there is one; the rest is what is new."""

    row: int
    phone: str
    name: str
    tier: Tier
    member: Member | None
    pets: list[Line] = dc.field(default_factory=list)
    passes: list[tuple[str, Line, PassPlan]] = dc.field(default_factory=list)
    opening: Opening | None = None
    opening_row: int = 0

    @property
    def new(self) -> bool:
        """Tell whether anything of this member comes in."""
        return self.member is None or bool(self.pets or self.passes or self.opening)


@dc.dataclass(slots=True)
class Plan:
    """Everything that a file brings, or everything that is wrong with it."""

    store: Store
    people: list[Person]
    faults: list[Fault]
    rows: int = 0

    @property
    def coming(self) -> list[Person]:
        """List the members of whom anything comes in."""
        return [person for person in self.people if person.new]

    def counts(self) -> dict[str, int]:
        """Count what comes in; money in 分."""
        opening = [person.opening for person in self.people if person.opening]
        passes = [line for person in self.people for _, line, _ in person.passes]
        return {
            "members": sum(person.member is None for person in self.people),
            "pets": sum(len(person.pets) for person in self.people),
            "passes": len(passes),
            "visits": sum((line.bought or 0) + (line.gift or 0) for line in passes),
            "principal": sum(one[0] for one in opening),
            "bonus": sum(one[1] for one in opening),
            "points": sum(one[2] for one in opening),
            "unchanged": sum(not person.new for person in self.people),
        }


def figures(opening: Opening) -> str:
    """Write an opening balance so that two can be compared."""
    return "/".join(map(str, opening))
