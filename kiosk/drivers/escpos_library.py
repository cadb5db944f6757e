"""python-escpos, imported on first use; what its import does besides is undone.

It parses a database of printers (three quarters of its import time), leaves a temporary folder with
a copy of it behind, and gives the root logger a handler.
"""

import contextlib
import functools
import importlib.util
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

_CAPABILITIES = {
    "profiles": {
        "default": {
            "name": "GB18030 slip printer",
            "vendor": "Generic",
            "notes": "",
            "codePages": {"0": "CP437"},
            "colors": {"0": "black"},
            "features": {"paperFullCut": True, "paperPartCut": True, "qrCode": True},
            "fonts": {"0": {"name": "Font A", "columns": 32}},
            "media": {"dpi": 203, "width": {"mm": 48, "pixels": 384}},
        }
    },
    "encodings": {"CP437": {"name": "CP437", "iconv": "CP437", "python_encode": "cp437"}},
}
"""One profile instead of its database, in that database's form."""

_FILE, _CACHE = "ESCPOS_CAPABILITIES_FILE", "ESCPOS_CAPABILITIES_PICKLE_DIR"


def expect() -> None:
    """Raise ImportError where it is not installed, without the time that its import takes."""
    if importlib.util.find_spec("escpos") is None:
        raise ModuleNotFoundError("No module named 'escpos'", name="escpos")


@functools.cache
def printers() -> Any:
    """Return the module escpos.printer."""
    with _tamed():
        import escpos.printer
    return escpos.printer


@contextlib.contextmanager
def _tamed() -> Iterator[None]:
    """Import escpos inside of this: quickly, and leaving nothing behind."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    before = {name: os.environ.pop(name, None) for name in (_FILE, _CACHE)}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(_CAPABILITIES, file)
        file.flush()
        os.environ[_FILE] = file.name
        try:
            yield
        finally:
            del os.environ[_FILE]
            os.environ.update({name: value for name, value in before.items() if value is not None})
            for handler in set(root.handlers) - set(handlers):
                root.removeHandler(handler)
    shutil.rmtree(sys.modules["escpos.capabilities"].pickle_dir, ignore_errors=True)
