"""Everything that runs: a broker, central, its desk, two kiosks; each may be killed and started."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from central import places
from kiosk.simulator.processes import Process
from tests.central.central import Central
from tests.peers.broker import Mosquitto
from tests.peers.proxy import Proxy

TERMINALS = ("k1", "k2")
MEMBERS = tuple(f"chaos-{n:02}" for n in range(1, 25))
SHOP = Path(__file__).with_name("shop.toml")
_PREPARE = """
import contextlib, io, json, sys
from central import cli
for arguments in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.main(arguments) == 0, arguments
"""

Hear = Callable[[dict[str, Any]], None]


def describe() -> tuple[str, dict[str, int]]:
    """Write the shop's description; return it with what is on each account in the beginning."""
    text, opening = [SHOP.read_text("utf-8")], dict[str, int]()
    for number, member in enumerate(MEMBERS):
        own = {"principal": 30_000, "bonus": 3_000, "points": 350}
        text.append(
            f'[[member]]\nid = "{member}"\nname = "王{number}"\nphone = "138000001{number:02}"'
        )
        text += [f"{kind} = {amount}" for kind, amount in own.items()]
        text.append(f'[[member.pet]]\nid = "pet-{member}"\nname = "豆豆"\nsize = "small"')
        text.append(f'[[member.pass]]\nid = "pass-{member}"\nplan = "bath-10"')
        text.append("bought = 6\ngift = 2\nvalid_in_days = 300")
        text.append(f'[[member.coupon]]\nid = "coupon-{member}"\nkind = "off-10"\ncount = 20')
        text.append(f'[[card]]\nname = "{member}"\ntoken = "{member}"\nmember = "{member}"')
        opening |= {f"{member}.{kind}": amount for kind, amount in own.items()}
        opening |= {f"pass-{member}.bought": 6, f"pass-{member}.gift": 2, f"coupon-{member}": 20}
    return "\n".join(text) + "\n", opening


class Talker:
    """A child process that hears lines and says JSON lines; every word it said is heard."""

    def __init__(self, name: str, log: Path) -> None:
        self.name, self.log, self.lives = name, log, 0
        self._process: Process | None = None
        self._child: subprocess.Popen[str] | None = None
        self._ears: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def start(self, command: list[str], environ: dict[str, str], hear: Hear) -> None:
        self.lives += 1
        self._process = Process(self.name, [sys.executable, *command], self.log, environ)
        self._child = self._process.start(pipes=True)
        said = self._child.stdout
        assert said is not None

        def listen() -> None:
            with said:
                for line in said:
                    hear(json.loads(line))

        self._ears = threading.Thread(target=listen, daemon=True)
        self._ears.start()

    def say(self, message: dict[str, Any]) -> None:
        self.tell(json.dumps(message))

    def tell(self, line: str) -> None:
        """Write a line, if it still lives to read it."""
        assert self._child is not None
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.write(line + "\n")
            self._child.stdin.flush()

    def check(self) -> None:
        """It lives, unless somebody has killed it."""
        assert self.running, f"{self.name} has ended by itself: {tail(self.log)}"

    def signal(self, number: signal.Signals) -> None:
        self.check()
        assert self._child is not None
        self._child.send_signal(number)

    def kill(self) -> None:
        """End it at once, and hear its last words."""
        self.signal(signal.SIGKILL)
        self._end()

    def finish(self) -> None:
        """End its input and wait until it is through."""
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.close()
        assert self._child.wait(30) == 0, tail(self.log)
        self._end()

    def close(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.kill()

    def _end(self) -> None:
        assert self._ears is not None
        self._ears.join(30)
        assert not self._ears.is_alive()
        self.close()


def tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-3000:] if log.exists() else ""


class House:
    """Broker, central, desk and kiosks in `folder`; `url` is central's database, none is SQLite.

    `hear` is told what a kiosk says, with its name and life; `hear_desk` what the desk answers.
    """

    def __init__(
        self,
        folder: Path,
        url: str,
        seed: int,
        pause: float,
        hear: Callable[[str, int, dict[str, Any]], None],
        hear_desk: Hear,
    ) -> None:
        self.folder, self._seed, self._pause = folder, seed, pause
        self._hear, self._hear_desk = hear, hear_desk
        self.central_data, self.logs = folder / "central", folder / "logs"
        self.logs.mkdir()
        self.books = Central(self.central_data, url)
        self._environ = {
            "DJANGO_SETTINGS_MODULE": "central.settings",
            places.DATA_VARIABLE: str(self.central_data),
            places.DATABASE_VARIABLE: url,
            "STATE_DIRECTORY": "",
        }
        self.opening = self._prepare()
        files = self.central_data / "broker"
        self.broker = Mosquitto(
            extra=f"allow_anonymous false\npassword_file {files}/passwd\nacl_file {files}/acl"
        )
        self.proxies = {name: Proxy(self.broker.port) for name in ("central", *TERMINALS)}
        self.kiosks = {name: Talker(name, self.logs / name) for name in TERMINALS}
        self.desk = Talker("desk", self.logs / "desk")
        port = str(self.proxies["central"].port)
        command = [sys.executable, "-m", "tests.chaos.mortal", "sync", "--broker-port", port]
        self.central = Process("central", command, self.logs / "central", self._environ)
        self._log_from = 0

    def _prepare(self) -> dict[str, int]:
        text, opening = describe()
        shop = self.folder / "shop.toml"
        shop.write_text(text, "utf-8")
        commands = [["migrate"], ["demo-data", "--shop", str(shop)], ["broker-files"]]
        commands += [
            ["add-terminal", "s1", name, "--credentials", self._password(name)]
            for name in TERMINALS
        ]
        self.books.code(_PREPARE, json.dumps(commands).encode())
        return opening

    def _password(self, terminal: str) -> str:
        return str(self.folder / f"{terminal}.password")

    def journal(self, terminal: str) -> Path:
        """Return the file of a kiosk's journal."""
        return self.folder / f"{terminal}.sqlite3"

    # --- starting

    def start(self, name: str) -> None:
        """Start one of them."""
        match name:
            case "broker":
                self.broker.start()
            case "central":
                log = self.central.log
                self._log_from = log.stat().st_size if log.exists() else 0
                self.central.start()
            case "desk":
                self.desk.start(["-m", "tests.chaos.desk"], self._environ, self._hear_desk)
            case _:
                self._start_kiosk(name)

    def _start_kiosk(self, name: str) -> None:
        kiosk = self.kiosks[name]
        life = kiosk.lives + 1
        options = {
            "journal": str(self.journal(name)),
            "terminal": name,
            "port": self.proxies[name].port,
            "password": self._password(name),
            "members": MEMBERS,
            "seed": self._seed,
            "life": life,
            "pause": self._pause,
        }
        command = ["-m", "tests.chaos.kiosk", json.dumps(options)]
        kiosk.start(command, {}, lambda message: self._hear(name, life, message))

    @property
    def serving(self) -> bool:
        """Tell whether central has been connected in this life."""
        with self.central.log.open("rb") as log:
            log.seek(self._log_from)
            return self.central.running and b"connected to" in log.read()

    # --- ending

    def kill(self, name: str) -> None:
        """End one of them at once."""
        match name:
            case "broker":
                self.broker.kill()
            case "central":
                self.central.kill()
            case "desk":
                self.desk.kill()
            case _:
                self.kiosks[name].kill()

    def signal(self, name: str, number: signal.Signals) -> None:
        """Stop one of them, let it go on, or arm central (mortal.py)."""
        match name:
            case "broker":
                self.broker.resume() if number is signal.SIGCONT else self.broker.pause()
            case "central":
                assert self.central.pid is not None
                if self.central.running:
                    os.kill(self.central.pid, number)
            case _:
                if self.kiosks[name].running:
                    self.kiosks[name].signal(number)

    def finish(self) -> None:
        """End all in order."""
        for talker in (*self.kiosks.values(), self.desk):
            talker.finish()
        self.central.stop()
        self.broker.stop()

    def close(self) -> None:
        """End whatever still runs, and leave nothing behind but the folder."""
        for talker in (*self.kiosks.values(), self.desk):
            talker.close()
        self.central.kill()
        for proxy in self.proxies.values():
            proxy.close()
        self.broker.close()
