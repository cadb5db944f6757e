"""What the system says about devices without touching them: files, rights, firmware, pcscd."""

import dataclasses as dc
import os
import socket
from pathlib import Path

from kiosk.doctor.probe import Found
from kiosk.domain.findings import Symptom

_CONFIG_TXT = ("boot/firmware/config.txt", "boot/config.txt")
"""Raspberry Pi OS 12 and later, and before."""

_CONNECT_SECONDS = 3.0


@dc.dataclass(frozen=True)
class Machine:
    """The machine whose root folder this is; `pcscd` is the card daemon's socket."""

    root: Path = Path("/")
    pcscd: Path = Path(os.environ.get("PCSCLITE_CSOCK_NAME") or "/run/pcscd/pcscd.comm")

    @property
    def dev(self) -> Path:
        """Where device files are."""
        return self.root / "dev"

    def firmware_lacks(self, line: str) -> str:
        """Say which file of the firmware's has no such line; empty where it has, or is no Pi."""
        for name in _CONFIG_TXT:
            path = self.root / name
            try:
                lines = path.read_text("utf-8", "replace").splitlines()
            except OSError:
                continue
            if line in (text.strip().replace(" ", "") for text in lines):
                return ""
            return f"{path} has no line {line}"
        return ""

    def answers_cards(self) -> bool | None:
        """Tell whether pcscd takes a connection, which starts it where systemd holds its socket.

        None: it refuses this user.
        """
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as sock:
            sock.settimeout(_CONNECT_SECONDS)
            try:
                sock.connect(str(self.pcscd))
            except PermissionError:
                return None
            except OSError:
                return False
        return True


def look_at_file(path: Path, absent: Symptom, denied: Symptom) -> Found | None:
    """Look whether a device file is there and may be opened; None where both hold.

    It is not opened: that alone would disturb some devices.
    """
    if not os.path.exists(path):
        link = os.path.islink(path)
        return Found(absent, f"{path} is a link to nothing" if link else f"{path} is not there")
    if os.access(path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return None
    return Found(denied, f"{path} belongs to group {_group_of(path)}")


def _group_of(path: Path) -> str:
    import grp

    number = os.stat(path).st_gid
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def no_folder(folder: Path) -> Found | None:
    """Look whether a folder of the configuration is there; None also where nobody may look."""
    try:
        os.stat(folder)
    except FileNotFoundError:
        return Found(Symptom.FOLDER_ABSENT, f"there is no folder {folder}", str(folder))
    except OSError:
        return None
    return None
