"""One error tree.  Every error says whose fault it is and whether trying again can help.

Vendor errors are translated into this tree once, in the shell that owns the vendor library.
"""

import enum

from kiosk.domain.devices import Ailment


class Fault(enum.StrEnum):
    """Who can put it right."""

    MEMBER = "member"
    STAFF = "staff"
    TECHNICIAN = "technician"
    DEVICE = "device"
    NETWORK = "network"
    CENTRAL = "central"
    PROGRAM = "program"


class Retry(enum.StrEnum):
    """Whether trying again can help."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


class KioskError(Exception):
    """Base of every error this project raises on purpose."""

    fault: Fault = Fault.PROGRAM
    retry: Retry = Retry.NEVER


class Malformed(KioskError):
    """Bytes from outside that do not parse: a torn card, a garbage QR, a forged message.

    >>> raise Malformed("NDEF: record length 300 runs past the 48 bytes read")
    Traceback (most recent call last):
    ...
    kiosk.domain.errors.Malformed: NDEF: record length 300 runs past the 48 bytes read
    """

    fault = Fault.MEMBER
    retry = Retry.NOW


class DeviceError(KioskError):
    """A peripheral does not do its work; its worker closes it and opens it again later.

    `ailment` is what a screen can say of it in the member's language, where that is known.
    """

    fault = Fault.DEVICE
    retry = Retry.LATER

    def __init__(self, message: str = "", ailment: Ailment | None = None) -> None:
        super().__init__(message)
        self.ailment = ailment


class DeviceAbsent(DeviceError):
    """The device is not there: unplugged, powered off, or the path in the config is wrong."""


class DeviceDenied(DeviceError):
    """The device is there and the daemon may not open it (group, sandbox, held by another)."""

    fault = Fault.TECHNICIAN


class LibraryAbsent(DeviceError):
    """A library is not installed, or does not load; without it a part cannot be driven.

    `why` is what the import said.  The words begin with SAID, by which a status tells it.
    """

    SAID = "not installed"
    fault = Fault.TECHNICIAN

    def __init__(self, why: str) -> None:
        said = f"{self.SAID}: {why}; for all that is needed: sudo scripts/install-pi"
        super().__init__(said, Ailment.NOT_INSTALLED)


class CardGone(DeviceError):
    """The card left the reader's field before the exchange was complete."""

    fault = Fault.MEMBER
    retry = Retry.NOW


class JournalError(KioskError):
    """The journal cannot answer: disk full, read-only, I/O error, damage.  No spend happened."""

    fault = Fault.TECHNICIAN
    retry = Retry.LATER


class ConfigError(KioskError):
    """The configuration is wrong.  Carries every fault found, not only the first."""

    fault = Fault.TECHNICIAN

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class SettingsError(ConfigError):
    """The file of received settings is damaged, or the disk does not take it; nothing was lost."""

    retry = Retry.LATER


class ProtocolError(KioskError):
    """The other side broke the wire protocol; the message is dropped and counted."""

    fault = Fault.CENTRAL


class TransportError(KioskError):
    """The network or the broker did not take a message."""

    fault = Fault.NETWORK
    retry = Retry.LATER


class LoginRefused(TransportError):
    """The broker is there and does not let this terminal in: password, certificate or rights."""

    fault = Fault.TECHNICIAN
