"""A power cut at any moment: what a disk may hold then, from the calls a real process made.

`record` runs a program under strace(1) and keeps every call that changes a file in one folder, with
its bytes, and what the program says on stdout.  `cuts` replays them and gives, after each call,
disks that a cut may leave:

- what was flushed (fsync, fdatasync of the file) is there;
- of what was written since, nothing, all, or by chance: each write whole, lost, or torn in sectors
  of 512 bytes; a change of length done or not;
- a name made, moved or taken away is certain once the folder was flushed; before that, the names
  change in their order up to some moment (a journalling file system's promise, no more);
- the index of the log (-shm) is memory, and holds anything.
"""

import dataclasses as dc
import os
import random
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SECTOR = 512
_CALLS = "openat,pwrite64,write,fsync,fdatasync,unlink,ftruncate,rename"
_LINE = re.compile(r"(\w+)\((.*)\) += (\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FD = re.compile(r"(\d+)<((?:\\x[0-9a-f]{2})*)>")


@dc.dataclass(frozen=True)
class Call:
    """One call: `name` is a file of the folder, "" the folder itself.

    What: create, unlink, rename (to `data`), write at `number`, truncate to `number`, sync, say.
    """

    what: str
    name: str = ""
    number: int = 0
    data: bytes = b""


@dc.dataclass(frozen=True)
class Cut:
    """A disk after a power cut: the files, and what the program had said before."""

    after: int
    how: str
    files: Mapping[str, bytes]
    said: tuple[str, ...]


def record(argv: Sequence[str], folder: Path, log: Path) -> list[Call]:
    """Run a program to its end and list what it did in `folder`."""
    strace = ["strace", "-f", "-qq", "-xx", "-y", "-s", "1000000", "-o", str(log)]
    subprocess.run(
        [*strace, "-e", f"trace={_CALLS}", *argv], stdout=subprocess.PIPE, check=True, timeout=120
    )
    found = (_call(line, folder) for line in log.read_text().splitlines())
    return [call for call in found if call is not None]


def _call(line: str, folder: Path) -> Call | None:
    match = _LINE.search(line)
    if match is None:
        return None
    call, arguments, result = match[1], match[2], int(match[3])
    texts = [_bytes(text) for text in _TEXT.findall(arguments)]
    if call in ("openat", "unlink", "rename"):
        return _named(call, arguments, [_name(text, folder) for text in texts])
    fd = _FD.match(arguments)
    if fd is not None and call == "write":
        return Call("say", data=texts[0]) if fd[1] == "1" else None
    name = _name(_bytes(fd[2]), folder) if fd is not None else None
    if name is None:
        return None
    if call in ("fsync", "fdatasync"):
        return Call("sync", name)
    number = int(arguments.rsplit(", ", 1)[1])
    if call == "ftruncate":
        return Call("truncate", name, number)
    return Call("write", name, number, texts[0][:result])


def _named(call: str, arguments: str, names: Sequence[str | None]) -> Call | None:
    if names[0] is None or (call == "openat" and "O_CREAT" not in arguments):
        return None
    return Call("create" if call == "openat" else call, names[0], data=(names[-1] or "").encode())


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _name(text: bytes, folder: Path) -> str | None:
    path = Path(os.fsdecode(text))
    if path == folder:
        return ""
    return path.name if path.parent == folder else None


class _Disk:
    """What is certain, what is not yet, and what was said."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.names = {name: n for n, name in enumerate(files)}
        self.certain = dict(self.names)
        self.content = dict(enumerate(files.values()))
        self.writes: dict[int, list[Call]] = {n: [] for n in self.content}
        self.moves: list[Call] = []
        self.said: list[str] = []

    def do(self, call: Call) -> None:
        match call.what:
            case "say":
                self.said += call.data.decode().splitlines()
            case "create" if call.name in self.names:
                pass
            case "create" | "unlink" | "rename":
                self._move(call)
            case "sync" if not call.name:
                self.certain, self.moves = dict(self.names), []
            case "sync":
                file = self.names[call.name]
                self.content[file] = _written(self.content[file], self.writes[file])
                self.writes[file] = []
            case _:
                self.writes[self.names[call.name]].append(call)

    def _move(self, call: Call) -> None:
        if call.what == "create":
            call = dc.replace(call, number=len(self.content))
            self.content[call.number], self.writes[call.number] = b"", []
        self.moves.append(call)
        _change(self.names, call)

    def after_a_cut(self, dice: random.Random | None, *, everything: bool) -> dict[str, bytes]:
        """Return the files; without dice, all of what is not certain is there or nothing is."""
        names = dict(self.certain)
        most = len(self.moves)
        for call in self.moves[: dice.randint(0, most) if dice else most * everything]:
            _change(names, call)
        return {name: self._content(name, file, dice, everything) for name, file in names.items()}

    def _content(self, name: str, file: int, dice: random.Random | None, everything: bool) -> bytes:
        if dice is None:
            return _written(self.content[file], self.writes[file] if everything else ())
        if name.endswith("-shm"):
            return dice.randbytes(100)
        return _written(self.content[file], self.writes[file], dice)


def _change(names: dict[str, int], call: Call) -> None:
    if call.what == "create":
        names[call.name] = call.number
    elif (file := names.pop(call.name, None)) is not None and call.what == "rename":
        names[call.data.decode()] = file


def _written(content: bytes, writes: Sequence[Call], dice: random.Random | None = None) -> bytes:
    found = bytearray(content)
    for call in writes:
        luck = dice.random() if dice else 0.0
        if luck > 0.7:
            continue
        if call.what == "truncate":
            del found[call.number :]
            found.extend(bytes(call.number - len(found)))
            continue
        end = call.number + len(call.data)
        found.extend(bytes(max(0, end - len(found))))
        for start, stop in _sectors(call.number, end):
            if dice is None or luck < 0.4 or dice.random() < 0.5:
                found[start:stop] = call.data[start - call.number : stop - call.number]
    return bytes(found)


def _sectors(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = min(end, start - start % SECTOR + SECTOR)
        yield start, stop
        start = stop


def cuts(
    calls: Sequence[Call], files: Mapping[str, bytes], dice: random.Random, chances: int
) -> Iterator[Cut]:
    """Cut the power before the first call and after each; no disk is given twice.

    Nothing, all, and `chances` times by chance of what was not certain.
    """
    disk, seen = _Disk(files), set[int]()
    for n, call in enumerate([Call("say"), *calls]):
        disk.do(call)
        said = tuple(disk.said)
        hows = ["nothing", "all", *(f"chance {k}" for k in range(chances))]
        for how in hows:
            thrown = dice if how.startswith("chance") else None
            found = disk.after_a_cut(thrown, everything=how == "all")
            index = {name: data for name, data in found.items() if not name.endswith("-shm")}
            key = hash((said, frozenset(index.items())))
            if key not in seen:
                seen.add(key)
                yield Cut(n, how, found, said)
