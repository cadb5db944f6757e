"""Replacing a small file whole: a reader sees the old content or the new one, never a mixture.

And what makes that, and every other renaming, outlast a power cut; and a folder that one process
has to itself.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


def replace_file(path: Path, data: bytes, *, durable: bool, mode: int = 0o600) -> None:
    """Put `data` at `path`.  Raises OSError; then the old content stands untouched, or, where only
    the directory could not be flushed, the new content stands and a power cut may take it back.

    With `durable` the new content survives a power cut once this returns: the file is flushed
    before the rename and the directory after it (rename(2), fsync(2)).  The temporary file has
    one fixed name, so that a crash leaves at most one behind and the next call reuses it;
    therefore a path has one writer.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        _write(temporary, data, durable, mode)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_directory(path.parent)


def _write(path: Path, data: bytes, durable: bool, mode: int) -> None:
    # O_NOFOLLOW: in a shared directory somebody could have put a link there
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    with open(os.open(path, flags, mode), "wb", buffering=0) as file:
        left = memoryview(data)
        while left:
            left = left[file.write(left) :]
        if durable:
            os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Flush what was made, renamed or removed in a directory (fsync(2)).  Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Hold a directory against every other process that asks here; False: another one holds it.

    The kernel lets go when the process ends, however it ends (flock(2)), and nothing is written.
    A directory that is not there, or on a file system without locks, is held by nobody and True.
    """
    with contextlib.ExitStack() as stack:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:
            pass
        yield True
