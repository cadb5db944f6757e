"""The configuration file: TOML in, a typed Config out, or every fault at once.

Relative paths are taken from the folder of the file.  Secrets never stand in it: `password_file`
names a file, and without it systemd's credential `mqtt-password` is read (systemd.exec(5),
LoadCredential=).
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kiosk.domain.errors import ConfigError
from kiosk.domain.policy import Language
from kiosk.settings.dump import dump
from kiosk.settings.lines import read_buttons, read_buzzer, read_lamps, read_relay, shared_lines
from kiosk.settings.options import Config, Mqtt, Terminal
from kiosk.settings.parts import (
    HOST,
    HOST_EXPECTED,
    NAME,
    NAME_EXPECTED,
    read_display,
    read_printer,
    read_readers,
    read_scanner,
)
from kiosk.settings.secret import Secret, SecretFault, read_secret
from kiosk.settings.section import Section

__all__ = ["Config", "dump", "load", "parse", "refuse_virtual"]

CREDENTIAL = "mqtt-password"
MAX_BYTES = 1024 * 1024

_EXAMPLE = (
    "on a Pi, sudo scripts/install-pi puts the example into /etc/petshop-kiosk; by hand, in the"
    " checkout: cp config/kiosk.toml {}, then edit it; --config names another file"
)


def load(
    path: Path,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Config:
    """Read the configuration at `path`.  Raises ConfigError with every fault found.

    `overrides` replaces options before anything is checked: "mqtt.port" -> 18830.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ConfigError((f"{path}: expected less than {MAX_BYTES} bytes",))
        # Windows editors put a byte order mark in front, which TOML does not know
        table = tomllib.loads(content.decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError((f"{path}: there is no such file; {_EXAMPLE.format(path)}",)) from None
    except PermissionError:
        raise ConfigError((f"{path}: may not be read by this user; try sudo",)) from None
    except OSError as e:
        raise ConfigError((f"{path}: cannot be read: {e.strerror}",)) from None
    except UnicodeDecodeError as e:
        raise ConfigError((f"{path}: expected UTF-8, found byte {e.start} that is not",)) from None
    except (ValueError, RecursionError) as e:
        raise ConfigError((f"{path}: expected TOML: {e}",)) from None
    for key, value in (overrides or {}).items():
        _override(table, key, value)
    return parse(table, path.absolute().parent, environ)


def _override(table: dict[str, object], key: str, value: object) -> None:
    *sections, last = key.split(".")
    for name in sections:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            return  # the file is wrong there, and will be told so
        table = inner
    table[last] = value


def parse(
    table: Mapping[str, object], folder: Path, environ: Mapping[str, str] = os.environ
) -> Config:
    """Check the tables of a configuration.  Raises ConfigError with every fault found."""
    faults: list[str] = []
    root = Section("", table, faults)
    terminal = _read_terminal(root)
    journal, keep_days = _read_journal(root, folder)
    settings = _read_settings(root, folder)
    if settings == journal != folder:
        faults.append("settings.path: expected another file than journal")
    mqtt = _read_mqtt(root, folder, environ)
    config = Config(
        terminal,
        journal,
        keep_days,
        settings,
        mqtt,
        readers=read_readers(root),
        scanner=read_scanner(root, folder),
        buttons=read_buttons(root),
        lamps=read_lamps(root),
        buzzer=read_buzzer(root),
        display=read_display(root),
        printer=read_printer(root, folder),
        relay=read_relay(root),
    )
    root.finish()
    faults += tuple(shared_lines(config, faults))
    if faults:
        raise ConfigError(tuple(faults))
    return config


def _read_terminal(root: Section) -> Terminal:
    section = root.section("terminal", required=True)
    if section is None:
        return Terminal("", "", Language.ZH)
    terminal = Terminal(
        store=section.text("store", NAME_EXPECTED, NAME),
        id=section.text("id", NAME_EXPECTED, NAME),
        language=section.choice("language", Language, default=Language.ZH) or Language.ZH,
    )
    section.finish()
    return terminal


def _read_journal(root: Section, folder: Path) -> tuple[Path, int]:
    section = root.section("journal", required=True)
    if section is None:
        return folder, 0
    path = section.path("path", folder)
    keep_days = section.integer("keep_days", 7, 3650, default=90)
    section.finish()
    return path, keep_days


def _read_settings(root: Section, folder: Path) -> Path:
    section = root.section("settings", required=True)
    if section is None:
        return folder
    path = section.path("path", folder)
    section.finish()
    return path


def _read_mqtt(root: Section, folder: Path, environ: Mapping[str, str]) -> Mqtt:
    section = root.section("mqtt", required=True)
    if section is None:
        return Mqtt("", 0, "", None, None, tls=False, ca_file=None)
    tls = section.flag("tls", default=False)
    username = section.text("username", "a user name", default="")
    password_file, password = _read_password(section, username, folder, environ)
    mqtt = Mqtt(
        host=section.text("host", HOST_EXPECTED, HOST),
        port=section.integer("port", 1, 65535, default=8883 if tls else 1883),
        username=username,
        password_file=password_file,
        password=password,
        tls=tls,
        ca_file=_read_ca_file(section, tls, folder),
    )
    section.finish()
    return mqtt


def _read_password(
    section: Section, username: str, folder: Path, environ: Mapping[str, str]
) -> tuple[Path | None, Secret | None]:
    key, credentials = "password_file", environ.get("CREDENTIALS_DIRECTORY")
    if not section.has("username"):
        section.belongs("a username", key)
        return None, None
    if section.has(key):
        # its text stays out of the fault: someone may have written the password itself there
        path = section.path(key, folder, hide=True)
        if path == folder:
            return None, None
    elif credentials and username:
        section.skip(key)
        path = Path(credentials, CREDENTIAL)
        if not os.path.isfile(path):
            return None, None
    else:
        section.skip(key)
        return None, None
    try:
        return path, read_secret(path)
    except SecretFault as e:
        section.fault(key, f"expected a file with the password, found {e}")
        return None, None


def _read_ca_file(section: Section, tls: bool, folder: Path) -> Path | None:
    key = "ca_file"
    if not tls:
        section.belongs("tls = true", key)
        return None
    path = section.path(key, folder)
    if path != folder and not os.path.isfile(path):
        section.fault(key, f"expected a file of CA certificates (PEM), found none at {path}")
    return path


def refuse_virtual(config: Config) -> None:
    """Raise ConfigError when any part is virtual: a virtual card on a live till is free money."""
    faults = tuple(
        f'{part}.driver: expected real hardware, found "virtual" (only `kiosk simulate` takes it)'
        for part in config.virtual_parts()
    )
    if faults:
        raise ConfigError(faults)
