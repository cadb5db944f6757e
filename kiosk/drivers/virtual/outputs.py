"""A display, lamps, a relay and a buzzer that remember what they were told."""

from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.document import Frame
from kiosk.drivers.virtual.plug import Plugged


class VirtualDisplay(Plugged):
    """A display: `frame` is on the glass (None is dark), the `count`-th since the start."""

    def __init__(self) -> None:
        super().__init__()
        self.frame: Frame | None = None
        self.dimmed = False
        self.count = 0

    def show(self, frame: Frame) -> None:
        with self.changed:
            self.require()
            self.frame = frame
            self.count += 1
            self.changed.notify_all()

    def dim(self, dimmed: bool) -> None:
        with self.changed:
            self.require()
            self.dimmed = dimmed
            self.changed.notify_all()

    def check(self) -> None:
        self.require()

    def close(self) -> None:
        with self.changed:
            self.frame, self.dimmed = None, False
            self.changed.notify_all()

    def wait_for(self, count: int, seconds: float = 5.0) -> bool:
        """Wait until `count` frames have been shown."""
        with self.changed:
            return self.changed.wait_for(lambda: self.count >= count, seconds)


class VirtualLamps(Plugged):
    """The lamps: `lamp` is what they say now, `said` all of it in order."""

    def __init__(self) -> None:
        super().__init__()
        self.lamp = Lamp.OFF
        self.said: list[Lamp] = []

    def set(self, lamp: Lamp) -> None:
        with self.changed:
            self.require()
            self.lamp = lamp
            self.said.append(lamp)
            self.changed.notify_all()

    def close(self) -> None:
        with self.changed:
            self.lamp = Lamp.OFF
            self.changed.notify_all()


class VirtualRelay(Plugged):
    """A relay: `pulses` are the seconds for which it was closed, each time."""

    def __init__(self) -> None:
        super().__init__()
        self.pulses: list[float] = []

    def pulse(self, seconds: float) -> None:
        with self.changed:
            self.require()
            self.pulses.append(seconds)
            self.changed.notify_all()

    def close(self) -> None:
        """Nothing to give back."""


class VirtualBuzzer(Plugged):
    """The buzzer: `played` holds each sound in order."""

    def __init__(self) -> None:
        super().__init__()
        self.played: list[Sound] = []

    def play(self, sound: Sound) -> None:
        with self.changed:
            self.require()
            self.played.append(sound)
            self.changed.notify_all()

    def close(self) -> None:
        """Sounds end by themselves."""
