"""A private PostgreSQL cluster: in a folder of its own, on a Unix socket only, gone with the tests.

It promises nothing over a power cut (fsync is off): it is for what the books do, not for the disk.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import pytest
from psycopg import sql

USER = "central"
SECONDS = 60.0
_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "50",
    "logging_collector": "off",
    "timezone": "UTC",
}


class Postgres:
    """One server.  It refuses to be root, so that root runs it as nobody."""

    def __init__(self) -> None:
        # short: the path of a Unix socket has at most 107 bytes
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-pg-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None
        self._as = []
        if os.geteuid() == 0:
            self._as = _NOBODY
            shutil.chown(self.folder, "nobody", "nogroup")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        self.close()

    @property
    def log(self) -> str:
        """Everything the server has logged."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Make the cluster, start it and wait until it takes connections."""
        data = self.folder / "data"
        made = subprocess.run(
            [
                *self._as, program("initdb"), "--pgdata", str(data), "--username", USER,
                "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync",
            ],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stdout.decode()
        options = [f"--{key}={value}" for key, value in _SETTINGS.items()]
        # killed with the tests, whatever ends them; its own processes notice and end, too
        ended_with_us = ["setpriv", "--pdeathsig", "QUIT", *self._as[1:]]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *ended_with_us, program("postgres"), "-D", str(data),
                    "-k", str(self.folder), *options,
                ],
                stdout=log, stderr=log, cwd="/",
            )  # fmt: skip
        end = time.monotonic() + SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, self.log
                assert time.monotonic() < end, self.log
                time.sleep(0.02)
            else:
                return

    def close(self) -> None:
        """End it at once and remove its folder."""
        if self._process is not None:
            # at once: it waits for nobody and writes nothing back
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(SECONDS)
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Name a database the way central's settings do."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database like another that nobody is connected to; return its URL."""
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(database), sql.Identifier(template)
        )
        with contextlib.closing(psycopg.connect(self.url("postgres"), autocommit=True)) as server:
            server.execute(made)
        return self.url(database)


def program(name: str) -> str:
    """Find one of PostgreSQL's programs; Debian keeps the server's off PATH, by version."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: int(p.parts[4])
    )
    found = shutil.which(name) or next((str(path) for path in reversed(versions)), None)
    if found is None:
        pytest.fail(
            f"{name} is not installed; the books are tested on PostgreSQL, too:"
            " scripts/setup test, or the Debian package postgresql",
            pytrace=False,
        )
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole session."""
    with Postgres() as running:
        yield running
