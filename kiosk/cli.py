"""`kiosk`: the commands of the daemon.

Exit status: 0 done, 1 it did not go as it should, 2 wrong usage or configuration, 130 Ctrl-C.
"""

import argparse
import logging
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from kiosk import __version__
from kiosk.domain.errors import ConfigError, DeviceAbsent, DeviceDenied, KioskError

CONFIG = Path("/etc/petshop-kiosk/kiosk.toml")
LIMIT = 50
"""Rows that `kiosk journal show` shows at once."""

_WHICH = f"the configuration, if not {CONFIG}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    from kiosk.runtime.libraries import needed

    parsed = _parser().parse_args(arguments)
    try:
        with needed():
            return int(parsed.run(parsed))
    except ConfigError as e:
        for fault in e.faults:
            print(f"kiosk: {fault}", file=sys.stderr)
        return 2
    except KioskError as e:
        print(f"kiosk: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk", description="Pet-shop membership kiosk")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run the daemon on real hardware")
    run.add_argument("--config", type=Path, default=CONFIG, help=_WHICH)
    run.add_argument("--verbose", action="store_true", help="log every transition")
    run.set_defaults(run=_run)

    config = commands.add_parser("config", help="check the configuration and show it, masked")
    config.add_argument("--config", type=Path, default=CONFIG, help=_WHICH)
    config.set_defaults(run=_config)

    status = commands.add_parser("status", help="how the running daemon is")
    status.add_argument("--file", type=Path, help="its status file, if not the usual one")
    status.add_argument("--json", action="store_true", help="for a program")
    status.set_defaults(run=_status)

    journal = commands.add_parser("journal", help="look at the journal, or begin a new one")
    journal.add_argument(
        "what",
        choices=("verify", "show", "export", "renew"),
        help="verify: is every row whole; show: rows, for the eye; export: all that can be read,"
        " a JSON object a line; renew: set it aside and begin a new one",
    )
    journal.add_argument("--config", type=Path, default=CONFIG, help=_WHICH)
    journal.add_argument("--file", type=Path, help="another journal, as one that was set aside")
    journal.add_argument("--after", type=_count, default=0, metavar="SEQ", help="show later rows")
    journal.add_argument(
        "--limit", type=_count, default=LIMIT, metavar="N", help=f"show so many ({LIMIT})"
    )
    journal.add_argument("--force", action="store_true", help="renew one that takes payments")
    journal.set_defaults(run=_journal)

    doctor = commands.add_parser("doctor", help="test each part and say what to do about a fault")
    doctor.add_argument("--config", type=Path, default=CONFIG, help=_WHICH)
    doctor.add_argument("--json", action="store_true", help="for a program")
    doctor.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="a part or a reader; repeatable"
    )
    doctor.add_argument(
        "--wait", type=_count, default=0, metavar="SECONDS", help="time to use each input"
    )
    doctor.add_argument("--user", help="with whose rights, when root asks (default: the daemon's)")
    doctor.set_defaults(run=_doctor)

    simulate = commands.add_parser("simulate", help="a whole shop on virtual devices")
    simulate.add_argument(
        "--port", type=_count, default=8765, help="of the page (8765); 0 takes a free one"
    )
    simulate.add_argument("--open", action="store_true", help="open the page in the browser")
    simulate.add_argument("--terminal", action="store_true", help="without a browser, by typing")
    simulate.add_argument(
        "--headless", action="store_true", help="play the scenario of --scenario and end"
    )
    simulate.add_argument("--scenario", help="its name, or a path ending in .toml")
    simulate.add_argument("--list", action="store_true", help="list the scenarios")
    simulate.add_argument("--data", type=Path, help="folder to keep the shop in")
    simulate.add_argument(
        "--language", choices=("zh-CN", "en"), default="zh-CN", help="what the kiosk speaks"
    )
    simulate.set_defaults(run=_simulate)
    return parser


def _count(text: str) -> int:
    """Read a whole number that is not negative.  Raises ArgumentTypeError."""
    if not re.fullmatch("[0-9]{1,18}", text):
        raise argparse.ArgumentTypeError(f"expected a whole number, 0 or more, found {text!r}")
    return int(text)


def _run(parsed: argparse.Namespace) -> int:
    from kiosk.daemon import serve
    from kiosk.settings.config import load, refuse_virtual

    config = load(parsed.config)
    refuse_virtual(config)
    level = logging.DEBUG if parsed.verbose else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(threadName)s: %(message)s")
    serve(config, _until_told())
    return 0


def _config(parsed: argparse.Namespace) -> int:
    from kiosk.settings.config import dump, load

    print(dump(load(parsed.config)), end="")
    return 0


def _status(parsed: argparse.Namespace) -> int:
    import msgspec

    from kiosk.daemon import is_well, status_text
    from kiosk.health import read_status, status_path

    path = parsed.file or status_path()
    try:
        status = read_status(path)
    except PermissionError:
        raise DeviceDenied(f"{path} may not be read; try sudo") from None
    if status is None:
        raise DeviceAbsent("the daemon is not running (systemctl status kiosk)")
    print(msgspec.json.encode(status).decode() if parsed.json else status_text(status))
    return 0 if is_well(status) else 1


def _journal(parsed: argparse.Namespace) -> int:
    from kiosk.settings.config import load

    if parsed.what == "renew" and parsed.file:
        raise ConfigError(("renew: the terminal's own journal is meant; leave --file out",))
    path = parsed.file or load(parsed.config).journal
    try:
        _look_into(path, parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # head(1) has seen enough; what is still buffered must not be tried again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _look_into(path: Path, parsed: argparse.Namespace) -> None:
    from kiosk import inspection

    match parsed.what:
        case "verify":
            print(inspection.verify(path))
        case "show":
            for line in inspection.show(path, parsed.after, parsed.limit, _again(parsed)):
                print(line)
        case "renew":
            from kiosk import renewal
            from kiosk.health import running
            from kiosk.runtime.clock import SystemClock

            now = SystemClock().now()
            print("\n".join(renewal.renew(path, now, running(), force=parsed.force)))
        case _:
            for row in inspection.export(path):
                sys.stdout.buffer.write(row + b"\n")


def _again(parsed: argparse.Namespace) -> str:
    """Return the command that shows further rows of the same journal."""
    words = ["kiosk", "journal", "show"]
    if parsed.file:
        words += ["--file", str(parsed.file)]
    elif parsed.config != CONFIG:
        words += ["--config", str(parsed.config)]
    if parsed.limit != LIMIT:
        words += ["--limit", str(parsed.limit)]
    return shlex.join(words)


def _doctor(parsed: argparse.Namespace) -> int:
    from kiosk.assembly.examination import opens
    from kiosk.doctor import command
    from kiosk.health import running
    from kiosk.runtime.clock import SystemClock

    clock = SystemClock()
    status = running()
    daemon = None
    if status is not None:
        parts = {key: (part.state, part.detail) for key, part in status.parts.items()}
        daemon = command.Daemon(status.pid, parts, status.clock_off)
    wish = command.Wish(parsed.config, tuple(parsed.only), parsed.wait, parsed.user)
    if parsed.wait and daemon is None and not parsed.json:
        _say(f"Use each input within {parsed.wait:.0f} s: card, code, buttons A, B and C.")
    made, lines = command.run(wish, command.Shell(clock, opens(clock), daemon))
    if parsed.json:
        print(command.written(made))
    else:
        for line in lines:
            print(line)
    return 0 if made.well else 1


def _simulate(parsed: argparse.Namespace) -> int:
    import tempfile

    from kiosk.simulator import front, needs, runner, scenario, terminal

    needs.check(parsed.data)
    if parsed.list:
        for name in scenario.names():
            print(f"{name:24} {scenario.load(name).title}")
        return 0
    if parsed.headless and not parsed.scenario:
        raise ConfigError(("--headless needs --scenario NAME; --list shows them",))
    with tempfile.TemporaryDirectory(prefix="kiosk-") as temporary:
        folder = (parsed.data or Path(temporary)).absolute()
        if not parsed.scenario and not parsed.terminal:
            shop = folder, parsed.language
            return front.simulate(shop, parsed.port, _until_told(), _say, show=parsed.open)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if not parsed.scenario:
            return terminal.simulate(folder, parsed.language, _say)
        missing = runner.run(scenario.load(parsed.scenario), folder, _say)
    for one in missing:
        print(f"FAILED {one}", file=sys.stderr)
    _say("FAILED" if missing else "PASSED")
    return 1 if missing else 0


def _until_told() -> threading.Event:
    """Return what SIGTERM and Ctrl-C set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
