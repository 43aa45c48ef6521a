"""An RTSP server whose cameras know how often they were connected to."""

from __future__ import annotations

import socket

from scripts.demo_rtsp import RtspServer, Session


class CountingServer(RtspServer):
    """As ``RtspServer``.

    Attributes:
        connections: So often somebody connected.
    """

    connections = 0

    def session(self, connection: socket.socket) -> Session:
        """Count it."""
        self.connections += 1
        return super().session(connection)
