"""`kiosk-central`: the commands of the central store system."""

import argparse
import dataclasses as dc
import datetime as dt
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from central import places
from kiosk.domain.errors import ConfigError

DEMO_SHOP = Path(__file__).parents[1] / "config" / "demo-shop.toml"


def main(argv: list[str] | None = None) -> int:
    """Run a command; return its exit status: 0 done, 1 refused, 2 wrong usage or configuration."""
    arguments = _parser().parse_args(argv)
    if arguments.data is not None:
        os.environ[places.DATA_VARIABLE] = str(arguments.data.absolute())
    data = places.data_directory()
    if not arguments.needs:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.INFO)
    try:
        _set_up_django()
        if arguments.needs:
            from central import tables

            tables.see(data, current=arguments.needs == _CURRENT)
        status: int = arguments.run(arguments)
    except (ConfigError, _Usage) as e:
        print(f"kiosk-central: {e}", file=sys.stderr)
        return 2
    return status


class _Usage(Exception):
    """An argument that cannot be used."""


_TABLES, _CURRENT = "tables", "current tables"
"""What a command needs of the database; the services wait for it themselves."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk-central", description=__doc__)
    parser.add_argument("--data", type=Path, help=f"data directory (or {places.DATA_VARIABLE})")
    parser.set_defaults(needs="")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("migrate", help="make the database, or bring it up to date")
    command.set_defaults(run=_migrate)

    command = commands.add_parser("demo-data", help="fill in the demo shop; again changes nothing")
    command.add_argument("--shop", type=Path, default=DEMO_SHOP, help="description of the shop")
    command.set_defaults(run=_demo_data, needs=_CURRENT)

    command = commands.add_parser("import", help="members from a spreadsheet, all or nothing")
    command.add_argument("file", type=Path, help=".xlsx or .csv; see config/members-template.xlsx")
    command.add_argument(
        "--store", default="", help="code of the store; the first one if not given"
    )
    command.add_argument("--dry-run", action="store_true", help="only check and count")
    command.set_defaults(run=_import, needs=_CURRENT)

    command = commands.add_parser("serve", help="the web admin, on this machine")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    command.set_defaults(run=_serve)

    command = commands.add_parser("sync", help="answer the terminals over MQTT")
    command.add_argument("--broker-host")
    command.add_argument("--broker-port", type=int)
    command.add_argument("--username")
    command.add_argument("--password-file", type=Path)
    command.add_argument("--ca-file", type=Path, help="turns TLS on")
    command.set_defaults(run=_sync)

    command = commands.add_parser("broker-files", help="write mosquitto's passwd and acl")
    command.add_argument("directory", type=Path, nargs="?", metavar="DIR")
    command.set_defaults(run=_broker_files, needs=_CURRENT)

    command = commands.add_parser("add-terminal", help="register a kiosk; prints its TOML")
    command.add_argument("store")
    command.add_argument("terminal")
    command.add_argument("--credentials", type=Path, required=True, help="password file to write")
    command.add_argument("--broker-host", help="the server's name as the kiosk knows it")
    command.add_argument("--broker-port", type=int, default=1883)
    command.add_argument("--broker-dir", type=Path, help="where passwd and acl are")
    command.set_defaults(run=_add_terminal, needs=_CURRENT)

    command = commands.add_parser("verify", help="add up the books; 1 if something differs")
    command.set_defaults(run=_verify, needs=_CURRENT)

    command = commands.add_parser("backup", help="copy the database while all runs")
    command.add_argument("path", type=Path, help="a new file, or a folder to name it in by date")
    command.add_argument("--keep", type=int, default=30, help="in a folder, how many to keep")
    command.set_defaults(run=_backup, needs=_TABLES)

    command = commands.add_parser("restored", help="say that a backup was put back; see the docs")
    command.set_defaults(run=_restored, needs=_CURRENT)

    command = commands.add_parser("manage", help="any of Django's own commands")
    command.add_argument("arguments", nargs=argparse.REMAINDER)
    command.set_defaults(run=_manage)
    return parser


def _set_up_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "central.settings")
    django.setup()


def _migrate(_: argparse.Namespace) -> int:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return 0


def _manage(arguments: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["kiosk-central manage", *arguments.arguments])
    return 0


def _demo_data(arguments: argparse.Namespace) -> int:
    from central.desk import roles
    from central.shop import demo

    if not arguments.shop.is_file():
        raise _Usage(f"no such file: {arguments.shop}")
    demo.fill(demo.read(arguments.shop), dt.datetime.now(dt.UTC))
    password = demo.make_admin(places.data_directory())
    roles.ensure_demo_users(demo.ADMIN)
    users = ", ".join((demo.ADMIN, *roles.DEMO))
    print(f"demo shop ready; the users {users} share the password in {password}")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from central.desk.importing import command

    try:
        lines, well = command.run(arguments.file, arguments.store, dry_run=arguments.dry_run)
    except (command.NoStore, OSError) as e:
        raise _Usage(str(e)) from None
    print("\n".join(lines), file=sys.stdout if well else sys.stderr)
    return 0 if well else 1


def _serve(arguments: argparse.Namespace) -> int:
    from central import web

    return web.serve(arguments.host, arguments.port)


def _sync(arguments: argparse.Namespace) -> int:
    from central.sync.process import Sync

    broker = places.broker(places.data_directory())
    given = {
        "host": arguments.broker_host,
        "port": arguments.broker_port,
        "username": arguments.username,
        "password_file": arguments.password_file,
        "ca_file": arguments.ca_file,
    }
    broker = dc.replace(broker, **{key: value for key, value in given.items() if value is not None})
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Sync(broker, stop).run()
    return 0


def _verify(_: argparse.Namespace) -> int:
    from central.books import verify

    found = 0
    with verify.snapshot():
        print(verify.summary())
        for difference in verify.differences():
            print(difference)
            found += 1
    print(f"{found} differences" if found else "all adds up")
    return 1 if found else 0


def _backup(arguments: argparse.Namespace) -> int:
    from django.conf import settings

    from central import backup

    database = settings.DATABASES["default"]
    try:
        if arguments.path.is_dir():
            now = dt.datetime.now(dt.UTC)
            made = backup.make_in(arguments.path, database, now, max(1, arguments.keep))
        else:
            made = arguments.path
            backup.make(database, made)
    except OSError as e:
        raise _Usage(f"no backup: {e}") from None
    print(made)
    print(f"{made.stat().st_size:,} bytes; {backup.how_to_check(database, made)}", file=sys.stderr)
    return 0


def _restored(_: argparse.Namespace) -> int:
    from central.books import epochs

    epoch = epochs.begin(dt.datetime.now(dt.UTC))
    awaited = ", ".join(epochs.awaited(dt.datetime.now(dt.UTC))) or "none"
    print(f"epoch {epoch}; terminals that have to be heard: {awaited}")
    return 0


def _terminals() -> list[tuple[str, str]]:
    from central.shop.models import Terminal

    return list(Terminal.objects.values_list("store_id", "code"))


def _broker_files(arguments: argparse.Namespace) -> int:
    from central import broker

    directory = arguments.directory or places.broker_directory(places.data_directory())
    broker.prepare(directory, _terminals())
    return 0


def _add_terminal(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError

    from central import broker
    from central.shop.models import Store, Terminal
    from central.shop.models.stores import code_validator

    store = Store.objects.filter(pk=arguments.store).first()
    if store is None:
        known = ", ".join(Store.objects.values_list("pk", flat=True)) or "none yet"
        raise _Usage(f"no store {arguments.store!r}; there are: {known}")
    try:
        code_validator(arguments.terminal)
    except ValidationError:
        raise _Usage(
            f"not a terminal code: {arguments.terminal!r}; use a-z, 0-9, _ and -"
        ) from None
    Terminal.objects.get_or_create(store=store, code=arguments.terminal)
    directory = arguments.broker_dir or places.broker_directory(places.data_directory())
    broker.prepare(directory, _terminals())
    user = broker.user_of(store.pk, arguments.terminal)
    credentials = arguments.credentials.absolute()
    broker.add_user(directory, user, credentials)
    if arguments.broker_host is None:
        said = "host = 127.0.0.1 is this machine itself; for a kiosk elsewhere give --broker-host"
        print(f"kiosk-central: {said}", file=sys.stderr)
    print(_toml("terminal", store=store.pk, id=arguments.terminal))
    print(
        _toml(
            "mqtt",
            host=arguments.broker_host or places.Broker().host,
            port=arguments.broker_port,
            username=user,
            password_file=str(credentials),
        )
    )
    return 0


def _toml(section: str, **values: str | int) -> str:
    """Write a section; a JSON string or integer is TOML as well."""
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    return "\n".join((f"[{section}]", *lines, ""))


if __name__ == "__main__":
    sys.exit(main())
