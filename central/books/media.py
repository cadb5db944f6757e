"""Cards and codes: given to a member or an operator, reported lost, found again.

The terminals learn of each change with the next directory, within a second of it.  Money stays
with the member: a card only says who it is.
"""

from central.books import directory
from central.shop.choices import MediumStatus
from central.shop.models import Medium, Member, Operator, SeenMedium


class Taken(Exception):
    """The card belongs to somebody else already; `medium` says to whom."""

    def __init__(self, medium: Medium) -> None:
        super().__init__(f"medium {medium.pk} has an owner")
        self.medium = medium


def bind(
    card: SeenMedium | str, member: Member | None = None, operator: Operator | None = None
) -> Medium:
    """Give a card, by its key or as it was seen at a terminal, to a member or to an operator.

    Given again to its owner, it is active again.  Raises Taken when it is somebody else's,
    django's ValidationError for a key that is none, ValueError without exactly one owner.
    """
    if (member is None) == (operator is None):
        raise ValueError("a card has exactly one owner")
    key = card if isinstance(card, str) else card.key
    with directory.writing():
        medium = Medium.objects.filter(key=key).first()
        if medium is None:
            medium = Medium(key=key, member=member, operator=operator)
            medium.full_clean()
        elif (medium.member, medium.operator) != (member, operator):
            raise Taken(medium)
        medium.status = MediumStatus.ACTIVE
        medium.save()
        SeenMedium.objects.filter(key=key).delete()
        return medium


def report_lost(medium: Medium) -> None:
    """Put a card on the deny list of every terminal (挂失)."""
    _mark(medium, MediumStatus.LOST)


def report_found(medium: Medium) -> None:
    """Take a card off the deny list."""
    _mark(medium, MediumStatus.ACTIVE)


def _mark(medium: Medium, status: MediumStatus) -> None:
    with directory.writing():
        medium.status = status
        medium.save(update_fields=["status"])
