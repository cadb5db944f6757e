"""Where central keeps its things, and how it is configured: one data directory, one TOML file.

The data directory holds everything that must survive: the database, the secret key, the broker's
files.  `central.toml` in it is optional; each key there has its default here.
"""

import dataclasses as dc
import os
import secrets
import tomllib
from pathlib import Path
from typing import Any

from kiosk.domain.errors import ConfigError

DATA_VARIABLE = "KIOSK_CENTRAL_DATA"
"""Environment variable that names the data directory."""

DATABASE_VARIABLE = "KIOSK_CENTRAL_DATABASE_URL"
"""Environment variable that overrides `[database] url`, so that its password is in no file."""

_KEYS: dict[str, dict[str, type]] = {
    "web": {"allowed_hosts": list, "trusted_origins": list},
    "database": {"url": str},
    "broker": {"host": str, "port": int, "username": str, "password_file": str, "ca_file": str},
}


@dc.dataclass(frozen=True, slots=True)
class Broker:
    """How to reach the MQTT broker.  No `ca_file` means no TLS, which is for loopback only."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str = "central"
    password_file: Path | None = None
    ca_file: Path | None = None

    def password(self) -> str | None:
        """Read the password; None when no file is named or it is not there."""
        if self.password_file is None or not self.password_file.exists():
            return None
        return self.password_file.read_text(encoding="utf-8").strip()


def data_directory() -> Path:
    """Return the data directory: KIOSK_CENTRAL_DATA, systemd's StateDirectory, or ./var/central."""
    named = os.environ.get(DATA_VARIABLE) or os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(named or "var/central").absolute()


def configuration(data: Path) -> dict[str, dict[str, Any]]:
    """Read `central.toml`; every section is present.  Raises ConfigError with all its faults."""
    file = data / "central.toml"
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise ConfigError((f"{file}: {e}",)) from None
    faults = []
    for section, values in raw.items():
        if section not in _KEYS or not isinstance(values, dict):
            faults.append(f"{file}: [{section}] is not one of {', '.join(_KEYS)}")
            continue
        for key, value in values.items():
            kind = _KEYS[section].get(key)
            if kind is None:
                faults.append(f"{file}: {section}.{key} is not one of {', '.join(_KEYS[section])}")
            elif type(value) is not kind:
                faults.append(f"{file}: {section}.{key} must be a {kind.__name__}")
    if faults:
        raise ConfigError(tuple(faults))
    return {section: dict(raw.get(section, {})) for section in _KEYS}


def broker(data: Path) -> Broker:
    """Return the broker's address; the password file defaults to the one of `broker-files`."""
    values = configuration(data)["broker"]
    for key in ("password_file", "ca_file"):
        if key in values:
            values[key] = data / values[key]
    values.setdefault("password_file", broker_directory(data) / "central.password")
    return Broker(**values)


def broker_directory(data: Path) -> Path:
    """Return the folder of the broker's password and access files."""
    return data / "broker"


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, replacing it in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    with open(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    new.replace(file)


def secret_key(data: Path) -> str:
    """Return the key that signs sessions; made once, in the data directory.

    Without a data directory (a type checker reads the settings) it is a key for this process only.
    """
    file = data / "secret.key"
    if not file.exists():
        if not data.is_dir():
            return secrets.token_urlsafe(50)
        write_private(file, secrets.token_urlsafe(50) + "\n")
    return file.read_text(encoding="utf-8").strip()
