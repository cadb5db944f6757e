"""A TCP proxy that can go deaf in one direction, to stand between a client and its server."""

import contextlib
import socket
import threading


class Proxy:
    """Forwards 127.0.0.1:`port` to the server; while `deaf` what clients send is swallowed."""

    def __init__(self, server: int) -> None:
        self._server = server
        self.deaf = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._server), 5)
                except OSError:
                    client.close()  # as a server that is down would refuse it
                    continue
                self._sockets += [client, server]
                for source, sink, up in ((client, server, True), (server, client, False)):
                    threading.Thread(
                        target=self._pump, args=(source, sink, up), daemon=True
                    ).start()

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not (up and self.deaf.is_set()):
                    sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """Cut every connection, in the middle of whatever is on its way; new ones are taken."""
        cut, self._sockets = self._sockets, []
        for one in cut:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def close(self) -> None:
        """Cut every connection and listen no more."""
        self._listener.shutdown(socket.SHUT_RDWR)  # close() would not wake accept()
        self._acceptor.join()
        self._listener.close()
        self.cut()
