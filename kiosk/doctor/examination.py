"""The whole examination, from the parts to what they stand on."""

import dataclasses as dc
from collections.abc import Sequence

from kiosk.doctor import books, broker, system
from kiosk.doctor.access import Access, Open
from kiosk.doctor.machine import Machine
from kiosk.doctor.parts import Parts
from kiosk.doctor.probe import Probe
from kiosk.domain.errors import ConfigError
from kiosk.domain.findings import Subject
from kiosk.runtime.clock import Clock
from kiosk.settings.options import Config


@dc.dataclass(frozen=True)
class Circumstances:
    """What an examination may and can use.

    `wait` seconds are given to a person to use each input; `clock_off` is how far the clock is
    ahead of central's, in seconds, where somebody knows.  In `training` there are no books.
    """

    access: Access
    open_section: Open
    clock: Clock
    machine: Machine = dc.field(default_factory=Machine)
    wait: float = 0.0
    clock_off: float | None = None
    training: bool = False


def probes(config: Config, given: Circumstances) -> list[Probe]:
    """List every probe of this terminal."""
    parts = Parts(config, given.access, given.open_section, given.machine, given.wait)
    found = parts.probes()
    if not given.training:
        found += [broker.probe(config), books.probe(config)]
    return [
        *found,
        system.clock_probe(given.clock, given.clock_off),
        system.battery_probe(given.machine),
        system.disk_probe(config.journal.parent),
    ]


def chosen(found: Sequence[Probe], only: Sequence[str]) -> list[Probe]:
    """Choose probes by the names of their subjects or of their readers; all without any name.

    Raises ConfigError for a name that is none of them.
    """
    names = {name for probe in found for name in _names(probe)}
    unknown = sorted(set(only) - names)
    if unknown:
        known = ", ".join(sorted(names))
        raise ConfigError((f"--only {' '.join(unknown)}: expected one of {known}",))
    return [probe for probe in found if not only or _names(probe) & set(only)]


def _names(probe: Probe) -> set[str]:
    names = {subject.value for subject in probe.subjects}
    if Subject.READER in probe.subjects and probe.name:
        names.add(probe.name)
    return names
