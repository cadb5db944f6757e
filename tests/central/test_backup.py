"""A backup's secrets: what is an argument can be read by everybody on the machine."""

import os
from pathlib import Path

import pytest

from central import backup, settings

PG_DUMP = """#!/bin/sh
printf '%s\\n' "$@" >"$0.arguments"
printf '%s' "$PGPASSWORD" >"$0.password"
exit 1
"""


@pytest.mark.parametrize("url", [
    "postgresql://central:s3cret@db:5433/shop?sslmode=require",
    "postgresql://central@db:5433/shop?sslmode=require&password=s3cret",
])  # fmt: skip
def test_the_password_is_no_argument(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(PG_DUMP)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(OSError):  # noqa: PT011
        backup.make(settings.database(url), tmp_path / "new")
    arguments = (tmp_path / "pg_dump.arguments").read_text()
    assert "s3cret" not in arguments
    assert "dbname=shop" in arguments
    assert "sslmode=require" in arguments
    assert (tmp_path / "pg_dump.password").read_text() == "s3cret"
    assert not (tmp_path / "new").exists(), "a backup that failed leaves nothing"
