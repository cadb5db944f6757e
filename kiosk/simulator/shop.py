"""A whole shop on this machine: a private broker, central with demo data, and its kiosks.

Central is two processes, as in a real shop: `central` answers the terminals, `admin` is its web
admin, which start() leaves out: a scenario needs none.

Everything lives in one folder and listens on loopback only.  Central is started as the process it
is in a real shop; nothing of it is imported here.
"""

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kiosk.domain.errors import ConfigError
from kiosk.simulator.cable import Cable
from kiosk.simulator.processes import Process, ProcessFailed, free_port
from kiosk.simulator.till import Listener, Till

DEMO_SHOP = Path(__file__).parents[2] / "config" / "demo-shop.toml"
SIMULATE = Path(__file__).parents[2] / "config" / "simulate.toml"
STORE, TERMINAL, SECOND = "s1", "k1", "k2"
PASSWORD = "mqtt.password"
ADMIN, ADMIN_PASSWORD = "admin", "demo-admin.password"
"""The demo's user of the admin, and the file in central's folder that holds its password."""


def demo_cards() -> dict[str, dict[str, Any]]:
    """Read the wallet of demo cards, by name."""
    table = tomllib.loads(DEMO_SHOP.read_text("utf-8"))
    return {card["name"]: card for card in table["card"]}


class Shop:
    """Broker, central and kiosk in `folder`.  start() and stop() are mirrored.

    `kiosk` is the first one, k1; `others` names those beside it, each with its listener: they are
    prepared with the shop and started one by one.  Without `prices` nothing is for sale in it yet.
    """

    def __init__(
        self,
        folder: Path,
        language: str = "zh-CN",
        listener: Listener = lambda _: None,
        *,
        others: Mapping[str, Listener] = MappingProxyType({}),
        prices: bool = True,
    ) -> None:
        self.folder, self.language, self.prices = folder, language, prices
        self.port = free_port()
        self.central_port = 0
        """Where central finds the broker, if not at `port`: tests put a proxy between."""
        self.cables: dict[str, Cable] = {}
        """Each kiosk's way to the broker, once they are laid."""
        self.admin_port = free_port()
        self._logs = folder / "logs"
        self._central_data = folder / "central"
        homes = [self._home(terminal) for terminal in (TERMINAL, *others)]
        for path in (folder, self._logs, folder / "broker", *homes):
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as e:
                raise ConfigError(
                    (f"no shop can be kept there: {e}; --data names a folder",)
                ) from None
        mosquitto = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if mosquitto is None:
            raise ConfigError(("mosquitto is missing; install it: apt install mosquitto",))
        self.broker = Process(
            "broker", [mosquitto, "-c", str(folder / "broker.conf")], self._logs / "broker.log"
        )
        self.central = self._central("sync")
        self.admin = self._central("serve", "--port", str(self.admin_port))
        self.kiosk = self._till(TERMINAL, listener)
        self._others = {terminal: self._till(terminal, heard) for terminal, heard in others.items()}

    @property
    def kiosks(self) -> dict[str, Till]:
        """All kiosks by their terminal, the first one first."""
        return {TERMINAL: self.kiosk, **self._others}

    def prepare(self) -> None:
        """Make the database, the demo shop, the broker's files and each kiosk's configuration.

        Once for a folder; a prepared folder may be copied.  Raises ProcessFailed.
        """
        if not self._config(TERMINAL).exists():
            self._central("migrate").run()
            self._central("demo-data", "--shop", str(self._write_shop())).run()
            self._central("broker-files").run()
        for terminal in self.kiosks:
            if not self._config(terminal).exists():
                given = self.add_terminal(terminal, self._home(terminal) / PASSWORD)
                self._write_kiosk(terminal, tomllib.loads(given))

    def add_terminal(self, terminal: str, password: Path) -> str:
        """Register a terminal before the broker starts; return the sections of its TOML."""
        return self._central("add-terminal", STORE, terminal, "--credentials", str(password)).run()

    def lay_cables(self) -> None:
        """Before start(): put a cable of its own between each kiosk and the broker."""
        self.cables = {terminal: Cable(self.port) for terminal in self.kiosks}

    def start(self) -> None:
        """Start the broker, central, the first kiosk.  Raises ProcessFailed."""
        self.start_without_kiosk()
        self.start_one("kiosk")

    def start_without_kiosk(self) -> None:
        """Start the broker and central, for a kiosk that runs elsewhere."""
        self._write_ports()
        for name in ("broker", "central"):
            self.start_one(name)

    def start_one(self, name: str) -> None:
        """Start one of broker, central, admin and kiosk, or a kiosk by its terminal."""
        self._one(name).start()
        if name == "broker":
            self.broker.wait_for_port(self.port)

    def stop_one(self, name: str) -> None:
        """Shut one down in order."""
        self._one(name).stop()

    def kill_one(self, name: str) -> None:
        """End one of them at once, kill -9."""
        self._one(name).kill()

    def stop(self) -> None:
        """Stop everything; nothing is left running."""
        for kiosk in self.kiosks.values():
            kiosk.stop()
        self.admin.stop()
        self.central.stop()
        self.broker.stop()
        for cable in self.cables.values():
            cable.close()

    def change_card(self, what: str, terminal: str = TERMINAL) -> None:
        """Do with the memory card of a kiosk that is off: `copy` it, put `old` or `new` one in."""
        kiosk = self._home(terminal)
        image = self.folder / f"image-{terminal}"
        files = [path for path in kiosk.glob("journal.sqlite3*") if path.is_file()]
        if what == "copy":
            shutil.rmtree(image, ignore_errors=True)
            image.mkdir()
            for path in files:
                shutil.copy2(path, image)
            return
        for path in files:
            path.unlink()
        if what == "old":
            shutil.copytree(image, kiosk, dirs_exist_ok=True)

    def admin_password(self) -> str:
        """Read the password of the demo's admin, made with the demo data."""
        return (self._central_data / ADMIN_PASSWORD).read_text("utf-8").strip()

    def _one(self, name: str) -> Process | Till:
        every: dict[str, Process | Till] = {
            "broker": self.broker,
            "central": self.central,
            "admin": self.admin,
            "kiosk": self.kiosk,
            **self.kiosks,
        }
        return every[name]

    def _home(self, terminal: str) -> Path:
        return self.folder / ("kiosk" if terminal == TERMINAL else f"kiosk-{terminal}")

    def _config(self, terminal: str) -> Path:
        return self._home(terminal) / "kiosk.toml"

    def _till(self, terminal: str, listener: Listener) -> Till:
        log = self._logs / f"{self._home(terminal).name}.log"
        return Till(self._config(terminal), log, listener)

    def _central(self, *arguments: str) -> Process:
        # beside this interpreter first: the virtual environment need not be on PATH
        path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
        program = shutil.which("kiosk-central", path=path)
        if program is None:
            raise ProcessFailed("kiosk-central is missing; install the extra `central`")
        return Process(
            f"kiosk-central {arguments[0]}",
            [program, "--data", str(self._central_data), *arguments],
            self._logs / "central.log",
        )

    def _write_shop(self) -> Path:
        table = tomllib.loads(DEMO_SHOP.read_text("utf-8"))
        language = f'[store]\nlanguage = "{self.language}"\n'
        shop = self.folder / "shop.toml"
        text = DEMO_SHOP.read_text("utf-8")
        if not self.prices:
            text = "service = []\n" + re.sub(r"(?ms)^\[\[service\]\]\n.*?(?=^\[)", "", text)
        shop.write_text(
            text if "language" in table["store"] else text.replace("[store]\n", language)
        )
        return shop

    def _write_ports(self) -> None:
        files = self._central_data / "broker"
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {files / 'passwd'}",
            f"acl_file {files / 'acl'}",
            "persistence true",
            f"persistence_location {self.folder / 'broker'}/",
            "set_tcp_nodelay true",
            "log_dest stderr",
        ]
        if os.geteuid() == 0:
            lines.append("user root")  # else it gives up root and cannot read its files
        (self.folder / "broker.conf").write_text("\n".join(lines) + "\n")
        port = self.central_port or self.port
        (self._central_data / "central.toml").write_text(f"[broker]\nport = {port}\n")
        for terminal in self.kiosks:
            config = self._config(terminal)
            table = tomllib.loads(config.read_text("utf-8"))
            cable = self.cables.get(terminal)
            table["mqtt"]["port"] = cable.port if cable else self.port
            config.write_text(_toml(table), "utf-8")

    def _write_kiosk(self, terminal: str, given: Mapping[str, Mapping[str, Any]]) -> None:
        table = tomllib.loads(SIMULATE.read_text("utf-8"))
        table["terminal"] = {**given["terminal"], "language": self.language}
        table["mqtt"] = {**given["mqtt"], "password_file": PASSWORD}
        table["journal"] = {"path": "journal.sqlite3"}
        table["settings"] = {"path": "settings.json"}
        self._config(terminal).write_text(_toml(table), "utf-8")


def _toml(table: Mapping[str, Any]) -> str:
    lines: list[str] = []
    for name, value in table.items():
        for section in value if isinstance(value, list) else [value]:
            lines.append(f"[[{name}]]" if isinstance(value, list) else f"[{name}]")
            lines += [f"{key} = {_value(v)}" for key, v in section.items()]
            lines.append("")
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
