"""What is written, and what its proof will say: what of a confirmation outlives it.

A job carries what was shown before A was pressed, so that the proof says exactly that.
"""

import dataclasses as dc
import datetime as dt

from kiosk.domain.desk import PlanRow
from kiosk.domain.media import MediumKey
from kiosk.domain.members import Pet
from kiosk.domain.names import Name
from kiosk.domain.transactions import Means
from kiosk.domain.views import MemberView, OperatorView, OwnRow
from kiosk.flows.offers import Offer
from kiosk.flows.ways import Way


@dc.dataclass(frozen=True, slots=True)
class Shift:
    """A signed-in operator: since when, and until when if nothing is done (mono seconds)."""

    operator: OperatorView
    since: float
    until: float


@dc.dataclass(frozen=True, slots=True)
class Spend:
    """A member takes an offer, in the way that was shown: its price, None where a pass pays."""

    medium: MediumKey
    view: MemberView
    offer: Offer
    pet: Pet | None
    way: Way


@dc.dataclass(frozen=True, slots=True)
class Log:
    """An operator logs a service.  With `taken` it is also taken; else its ticket is open."""

    shift: Shift
    service: Name
    pet: Pet | None
    masked_name: str
    follow_up: dt.date | None
    taken: Spend | None = None


@dc.dataclass(frozen=True, slots=True)
class Load:
    """A cashier tops up, or sells the pass `pass_id`."""

    shift: Shift
    plan: PlanRow
    means: Means
    pass_id: str = ""


@dc.dataclass(frozen=True, slots=True)
class Undo:
    """An operator undoes a row; `what` names it."""

    shift: Shift
    own: OwnRow
    what: Name


Job = Spend | Log | Load | Undo
