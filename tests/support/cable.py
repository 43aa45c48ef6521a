"""The network between a client and a server of this machine, with a plug to pull."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

_CHUNK_BYTES = 65536


class Cable:
    """Passes connections on to a port until it is pulled.

    A browser that is told to be offline may still send what a page or a service worker asks for
    while it starts; through a pulled cable nothing goes.

    Args:
        port: Of 127.0.0.1, where the server listens.
    """

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._lock = threading.Lock()
        self._is_pulled = False
        self._ends: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the server is reached through the cable."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def pull(self) -> None:
        """Cut all connections and refuse new ones."""
        with self._lock:
            self._is_pulled = True
            for end in self._ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def plug_in(self) -> None:
        """Pass new connections on again."""
        with self._lock:
            self._is_pulled = False

    def close(self) -> None:
        """Give the port back."""
        self.pull()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._server) as server:
            with self._lock:
                if self._is_pulled:
                    return
                self._ends |= {client, server}
            try:
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()
            finally:
                with self._lock:
                    self._ends -= {client, server}


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK_BYTES):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
