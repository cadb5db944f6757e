"""The NFC chip PN532 on a serial line, or a PN53x on USB, as five commands on nfcpy.

Of nfcpy this uses the line, the frames and the commands, not its tag classes: the chip's own
InDataExchange speaks READ and ISO/IEC 14443-4 in one command where nfcpy's Type2Tag and Type4Tag
take four, and it ends where nfcpy follows a card that asks for more time for ever.

Sources: UM0701-02 (PN532 user manual): 6.2.1 frames, 7.2.10 SAMConfiguration, 7.3.1
RFConfiguration, 7.3.5 InListPassiveTarget, 7.3.8 InDataExchange; AN10609, section 3 (wake-up).
"""

import contextlib
import errno
import logging
import os
import termios
from collections.abc import Iterator
from typing import Any

from kiosk.domain.devices import Ailment
from kiosk.domain.errors import CardGone, DeviceAbsent, DeviceDenied, DeviceError

_BAUD = 115200
_HIGHER_BAUDS = (921600, 460800, 230400)
_WAKE_UP = b"\x55\x55".ljust(16, b"\0")

_ACK = bytes.fromhex("0000FF00FF00")
_SAM_NORMAL = bytes.fromhex("0000FF05FBD4140100001700")
_SAM_DONE = bytes.fromhex("0000FF02FED515")

_LIST_PASSIVE = 0x4A
_TYPE_A_106K = 0x00
_AUTOMATIC_RATS = 0x10
_FELICA_212K = 0x01
_POLLING = bytes.fromhex("00FFFF0000")
"""Any system, its code not asked for, one time slot (JIS X 6319-4, 6.3): one card may answer."""
_RF_FIELD, _ON = 0x01, b"\x01"
_DRIVERS_ON = 0b11
_LIST_SECONDS, _CARD_SECONDS = 0.3, 0.5

_LEAST_PATIENCE = 300
"""Milliseconds to wait for any frame.  nfcpy gives an acknowledgement 100, which a busy machine may
let pass before it runs this thread again; only on a chip that says nothing is it waited out."""

_USB_KINDS = ("pn531", "pn533")
"""Modules of nfcpy whose chips know the same commands."""


class Chip:
    """An open chip.  Each method raises DeviceError and its kinds, and nothing else.

    `name` is the chip and its firmware, as PN532v1.6.
    """

    def __init__(self, device: str, line: "_Line", driver: Any) -> None:
        self.name = str(driver.chipset_name)
        self._device, self._line, self._driver = device, line, driver
        self._chipset: Any = driver.chipset
        self._parameters: int | None = None

    def list_cards(self, most: int, activate: bool = False) -> bytes:
        """Power every card up anew and list up to `most` that answer, as targets.parse() reads it.

        Without the field off in between, a card that was listed as one of two stays halted, and
        one that speaks ISO/IEC 14443-4 stays in its protocol: neither answers again.  `activate`
        a card of the latter kind (RATS), so that it takes APDUs.
        """
        parameters = _AUTOMATIC_RATS if activate else 0
        with _translated(self._device):
            self._driver.mute()
            if parameters != self._parameters:
                self._chipset.set_parameters(parameters)
                self._parameters = parameters
            most = min(most, self._chipset.in_list_passive_target_max_target)
            asked = bytearray([most, _TYPE_A_106K])
            return bytes(self._chipset.command(_LIST_PASSIVE, asked, _LIST_SECONDS))

    def list_felica(self) -> bytes:
        """List the FeliCa card that answers, if any, as targets.parse_felica() reads it.

        To be called after list_cards(), which leaves the field on: such cards take milliseconds
        to start.  All know 212 kbit/s.
        """
        with _translated(self._device):
            asked = bytearray([1, _FELICA_212K]) + _POLLING
            return bytes(self._chipset.command(_LIST_PASSIVE, asked, _LIST_SECONDS))

    def exchange(self, data: bytes) -> bytes:
        """Send the listed card a command or an APDU; return what it answers.

        Raises CardGone where the card did not answer right.
        """
        with _translated(self._device):
            try:
                answer, more = self._chipset.in_data_exchange(bytearray(data), _CARD_SECONDS)
            except self._chipset.Error as e:
                raise CardGone(str(e)) from e
        if more:
            raise CardGone("an answer longer than was asked for")
        return bytes(answer)

    def carrier(self) -> bool:
        """Switch the RF field on and tell whether the chip's antenna drivers follow.

        False is a chip that answers and reads no card: overheated, or short of current.
        """
        with _translated(self._device):
            self._chipset.rf_configuration(_RF_FIELD, _ON)
            return bool(self._chipset.read_register("CIU_TxControl") & _DRIVERS_ON)

    def close(self) -> None:
        """Switch the field off and give the port back.

        Without the PowerDown that nfcpy ends with: some chips wake up from it only when they lose
        power.
        """
        with contextlib.suppress(DeviceError), _translated(self._device):
            self._driver.mute()
        self._line.close()


class _Line:
    """nfcpy's transport, with what its frames need checked before nfcpy looks into them.

    nfcpy takes any frame for the answer where the acknowledgement is missing, so that a late
    answer to the last command would pass for one to this; and it fails in odd ways on a frame cut
    short.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._acknowledged = True

    def write(self, frame: bytes) -> None:
        """Send a command, or the acknowledgement that cancels one.  Raises OSError."""
        self._acknowledged = frame == _ACK
        self._transport.write(frame)

    def read(self, timeout: int) -> bytearray:
        """Return one frame; `timeout` in milliseconds, _LEAST_PATIENCE or more.  Raises OSError."""
        try:
            frame: bytearray = self._transport.read(max(timeout, _LEAST_PATIENCE))
        except IndexError as e:
            raise OSError(errno.EIO, "a frame cut short") from e
        if not self._acknowledged and frame != _ACK:
            raise OSError(errno.EIO, "a frame where the acknowledgement should be")
        self._acknowledged = True
        return frame

    def speed(self, baud: int) -> None:
        """Change the speed, once all that was written is sent.  Raises OSError."""
        self._transport.tty.flush()
        self._transport.tty.baudrate = baud

    def close(self) -> None:
        """Close the port, whatever state it is in."""
        # nfcpy flushes before it closes: on an unplugged port that raises and leaks the descriptor
        port = getattr(self._transport, "tty", self._transport)
        with contextlib.suppress(OSError, termios.error):
            port.close()


def open_chip(device: str) -> Chip:
    """Open the chip at `device`: a serial device file, or nfcpy's "usb", "usb:BUS:DEV".

    Raises DeviceAbsent where no such chip answers, DeviceDenied where the port may not be opened
    or is held by another program, DeviceError where something else answers.
    """
    with _translated(device):
        return _open_usb(device) if device.startswith("usb") else _open_tty(device)


def _open_tty(device: str) -> Chip:
    from nfc.clf import pn532, transport  # 80 ms, and only where such a reader is configured

    logger = _quiet()
    tty = transport.TTY(device)
    line = _Line(tty)
    try:
        # two kiosks on one port would read each other's answers
        tty.tty.exclusive = True
        chip = pn532.Chipset(line, logger)
        _wake_up(line, chip, device)
        return Chip(device, line, pn532.Device(chip, logger))
    except BaseException:
        line.close()
        raise


def _wake_up(line: _Line, chip: Any, device: str) -> None:
    """Wake the chip, at whatever speed a program that was killed has left it.

    This driver stays at the speed that a chip has after power-up; nfcpy's own goes to the highest
    and takes it back at the end only.
    """
    # the USB of older Pis holds back the first bytes of a serial adapter for up to a second
    patience = 1.5 if os.path.realpath(device).startswith("/dev/ttyUSB") else 0.1
    try:
        return _greet(line, patience)
    except OSError as e:
        silent = e
    for baud in _HIGHER_BAUDS:
        line.speed(baud)
        with contextlib.suppress(OSError, chip.Error):
            _greet(line, 0.1)
            chip.set_serial_baudrate(_BAUD)
            line.speed(_BAUD)
            return _greet(line, 0.1)
    raise silent


def _greet(line: _Line, patience: float) -> None:
    """Wake the chip and set it to work alone; wait `patience` seconds for its first sign."""
    line.write(_WAKE_UP + _SAM_NORMAL)
    line.read(int(patience * 1000))
    if line.read(100)[:7] != _SAM_DONE:
        raise OSError(errno.EIO, "another answer than to SAMConfiguration")


def _open_usb(device: str) -> Chip:
    from nfc.clf import device as devices

    _quiet()
    chip = devices.connect(device)
    if chip is None:
        raise _unreachable(device, errno.ENODEV)
    kind = type(chip).__module__.rpartition(".")[2]
    if kind not in _USB_KINDS:
        chip.close()
        raise DeviceError(f'the NFC module at {device} is a {kind}: try driver = "pcsc"')
    line = chip.chipset.transport = _Line(chip.chipset.transport)
    return Chip(device, line, chip)


def _quiet() -> logging.Logger:
    """Silence nfcpy: it logs each failed attempt as an error, and at its lowest level every UID."""
    logger = logging.getLogger("nfc")
    logger.setLevel(logging.CRITICAL)
    return logger


@contextlib.contextmanager
def _translated(device: str) -> Iterator[None]:
    """Turn what nfcpy, pyserial, termios and libusb raise into our errors."""
    from nfc.clf.pn53x import Chipset

    try:
        yield
    except (OSError, termios.error) as e:
        raise _unreachable(device, e.args[0] if e.args else None) from e
    except Chipset.Error as e:
        raise DeviceError(f"the NFC module at {device} refuses a command: {e}") from e
    except (IndexError, ValueError) as e:
        # nfcpy looks into an answer without asking how long it is
        raise DeviceError(f"what answers at {device} is no PN532, or its line is disturbed") from e


def _unreachable(device: str, number: object) -> DeviceError:
    if number in (errno.EACCES, errno.EPERM):
        group = "plugdev" if device.startswith("usb") else "dialout"
        return DeviceDenied(f"{device} may not be opened: add the kiosk's user to group {group}")
    if number in (errno.EBUSY, errno.EAGAIN):
        return DeviceDenied(f"{device} is held by another program")
    if device.startswith("usb"):
        return DeviceAbsent(f"no NFC module at {device} that this user may open; see lsusb")
    if not os.path.exists(device):
        return DeviceAbsent(f"{device} is not there: plug the NFC module in, or see its udev name")
    return DeviceAbsent(
        f"no PN532 answers at {device}: check its power, that TX goes to RX and RX to TX, and that"
        " its switches select HSU (UART)",
        Ailment.SILENT,
    )
