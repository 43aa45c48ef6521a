"""A command centre whose certificate a private authority signed."""

from __future__ import annotations

import http.server
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.core.errors import DeliveryError
from pipeline.delivery.client import CentreClient
from pipeline.delivery.outbox import Message, MessageKind
from tests.support import missing

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason=missing.debian("openssl"))


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def _authority(folder: Path) -> None:
    """``ca.pem`` and, signed by it, ``server.pem`` with ``server.key``."""
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    _openssl(
        folder, "req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
        "-subj", "/CN=District authority", "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip
    _openssl(
        folder, "req", *new_key, "-keyout", "server.key", "-out", "server.csr",
        "-subj", "/CN=127.0.0.1",
    )  # fmt: skip
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    _openssl(
        folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-out", "server.pem", "-days", "1", "-extfile", "ext",
    )  # fmt: skip


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = b'{"accepted": true, "changed": true}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None: ...


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that does not trust us is what is tested."""


@contextmanager
def _centre(folder: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    server = _Server(("127.0.0.1", 0), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _outcome(url: str, **trusted: Path) -> str:
    client = CentreClient(url, lambda: "token", "default", **trusted)  # type: ignore[arg-type]
    try:
        client.send(Message(1, MessageKind.CAMERA, "gate", b"{}", 1))
    except DeliveryError as error:
        return error.line()
    finally:
        client.close()
    return "delivered"


def test_a_private_authority_is_trusted_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    _authority(tmp_path)
    with _centre(tmp_path) as url:
        refused = _outcome(url)
        assert "CERTIFICATE_VERIFY_FAILED" in refused
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert _outcome(url) == "delivered"
        monkeypatch.delenv("SSL_CERT_FILE")
        assert "api.ca_file" in refused
        assert _outcome(url, ca_file=tmp_path / "ca.pem") == "delivered"
