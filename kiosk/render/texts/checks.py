"""The words for a check of the devices: a table of its own, since it is a long one."""

import dataclasses as dc
from collections.abc import Mapping

from kiosk.domain.findings import Subject, Symptom, Verdict


@dc.dataclass(frozen=True, slots=True)
class Remedy:
    """What was found, and the next thing to do; empty where there is nothing to do."""

    sentence: str
    step: str = ""


@dc.dataclass(frozen=True, slots=True)
class CheckTexts:
    """Words of the check, for the display and for the slip.  `{n}` is a number.

    Nobody counts what is not configured.
    """

    title: str
    checking: str
    counts: Mapping[Verdict, str]
    subjects: Mapping[Subject, str]
    remedies: Mapping[Symptom, Remedy]
