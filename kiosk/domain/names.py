"""Names that customers and staff read."""

import dataclasses as dc


@dc.dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str
