"""`kiosk-central` as a program of its own, on a data directory of its own."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from central import places

SECONDS = 60.0


class Central:
    """Runs commands.  Nothing of the test's own Django settings reaches them.

    `url` names the database; none is SQLite in the data directory.
    """

    def __init__(self, data: Path, url: str = "") -> None:
        self.data, self.url = data, url
        unset = (places.DATABASE_VARIABLE, "STATE_DIRECTORY")
        self._environment = {k: v for k, v in os.environ.items() if k not in unset}
        self._environment |= {
            "DJANGO_SETTINGS_MODULE": "central.settings",
            places.DATA_VARIABLE: str(data),
            "PYTHONWARNINGS": "error",
        }
        if url:
            self._environment[places.DATABASE_VARIABLE] = url

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [sys.executable, "-m", "central.cli", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert ran.returncode == status, ran.stdout + ran.stderr
        return ran

    @contextmanager
    def start(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """Start a command; it is killed at the end, whatever became of it."""
        with self.launch("-m", "central.cli", *arguments) as process:
            yield process

    def query(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database itself, past all of central's code; `?` stands for a value."""
        if self.url:
            with psycopg.connect(self.url) as server:
                found = server.execute(question.replace("?", "%s").encode(), values)
                return found.fetchall() if found.description else []
        with (
            contextlib.closing(sqlite3.connect(self.data / "central.sqlite3")) as file,
            file,
        ):
            return file.execute(question, values).fetchall()

    def code(self, code: str, feed: bytes = b"") -> None:
        """Run Python code with central's settings."""
        command = [sys.executable, "-c", code]
        subprocess.run(command, env=self._environment, input=feed, timeout=SECONDS, check=True)

    def popen(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start Python; the caller ends it."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def launch(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """Start Python; it is killed at the end."""
        process = self.popen(*arguments)
        try:
            yield process
        finally:
            process.kill()
            process.communicate(timeout=SECONDS)
