"""The composition root: the only package that names concrete classes."""

from kiosk.assembly.devices import Virtual
from kiosk.assembly.kiosk import Kiosk
from kiosk.assembly.station import Station

__all__ = ["Kiosk", "Station", "Virtual"]
