"""What a simulated shop needs on this machine, asked before anything is started."""

import importlib.util
import shutil
import tomllib
from pathlib import Path

from kiosk.domain.errors import ConfigError
from kiosk.simulator.shop import DEMO_SHOP

_LIBRARIES = {"PIL": "Pillow", "escpos": "python-escpos", "tinydb": "tinydb", "django": "Django"}
"""Modules of the kiosk's extra `simulator` and of central's, by the packages they come in."""


def check(data: Path | None) -> None:
    """Raise ConfigError with everything that is missing, and how to get it.

    `data` is the folder that a shop is kept in, if it is to be kept.
    """
    if not DEMO_SHOP.is_file():
        raise ConfigError((f"the simulator runs in a checkout only: there is no {DEMO_SHOP}",))
    faults = _unusable(data) if data else []
    missing = [p for module, p in _LIBRARIES.items() if importlib.util.find_spec(module) is None]
    if missing:
        faults.append(f"not installed: {', '.join(missing)}; in the checkout: scripts/setup run")
    if shutil.which("setpriv") is None:
        faults.append("setpriv is missing; install it: apt install util-linux")
    if faults:
        raise ConfigError(tuple(faults))


def _unusable(folder: Path) -> list[str]:
    """Say what keeps a shop of an earlier day from being opened again."""
    try:
        tomllib.loads((folder / "kiosk" / "kiosk.toml").read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return []  # nothing was prepared there yet
    except (OSError, ValueError) as e:
        why = str(e)
    else:
        if (folder / "central").is_dir():
            return []
        why = "central's data are gone"
    return [f"the shop in {folder} cannot be opened: {why}; name another folder with --data"]
