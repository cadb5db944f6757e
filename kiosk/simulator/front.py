"""`kiosk simulate`: a shop on this machine, and its page."""

import functools
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from kiosk.domain.errors import ConfigError
from kiosk.simulator.scene import Scene
from kiosk.simulator.shop import SECOND, TERMINAL, Shop
from kiosk.simulator.stagehand import Stagehand
from kiosk.simulator.wallet import wallet
from kiosk.simulator.web import Server

PAGES = {"/": TERMINAL, f"/{SECOND}/": SECOND}
"""The kiosk of each page, by the page's path."""


def simulate(
    shop_in: tuple[Path, str],
    port: int,
    stop: threading.Event,
    say: Callable[[str], None],
    *,
    show: bool = False,
) -> int:
    """Serve the page until `stop` is set; `shop_in` is the shop's folder and language.

    With `show` the browser is opened.  Leaves no process.  Returns the exit status: 1 when the
    shop could not open, which the page tells too.  Raises ConfigError when the port is taken.
    """
    folder, language = shop_in
    common = {"wallet": wallet(), "language": language, "logs": str(folder / "logs")}
    scenes = {
        terminal: Scene(terminal=terminal, pages=PAGES, **common) for terminal in PAGES.values()
    }
    first, second = scenes[TERMINAL], scenes[SECOND]
    shop = Shop(folder, language, first.hear, others={SECOND: second.hear})
    stagehand = Stagehand(shop, scenes)
    places = {
        path: (scenes[terminal], functools.partial(stagehand.post, terminal))
        for path, terminal in PAGES.items()
    }
    try:
        server = Server(port, places)
    except (OSError, OverflowError) as e:
        raise ConfigError((f"port {port}: {e}; --port 0 takes a free one",)) from None
    serving = threading.Thread(target=server.serve_forever, args=(0.1,), name="web", daemon=True)
    serving.start()
    stagehand.start()
    try:
        say(f"{server.url}  (Ctrl-C ends it)")
        if show:
            webbrowser.open(server.url)
        stop.wait()
        say("stopping ...")
    finally:
        stagehand.stop()
        for scene in scenes.values():
            scene.end()
        server.shutdown()
        server.server_close()
    return 1 if first.value("failure") else 0
