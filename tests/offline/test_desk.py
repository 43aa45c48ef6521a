"""A box's pages as part of its worker: served with a certificate, and gone when it stops."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.core.clock import SystemClock
from pipeline.core.errors import ConfigError
from pipeline.delivery.client import CentreClient
from pipeline.delivery.outbox import Outbox
from pipeline.live.config import LiveConfig
from pipeline.offline.config import OfflineViewConfig
from pipeline.offline.desk import OfflineDesk
from pipeline.offline.shown import Box


def own_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "box")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    paths = folder / "box.pem", folder / "box.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def client() -> Iterator[CentreClient]:
    nowhere = CentreClient("http://127.0.0.1:9", lambda: "token", "no-1")
    yield nowhere
    nowhere.close()


def _desk(folder: Path, outbox: Outbox, config: OfflineViewConfig) -> OfflineDesk:
    box = Box("no-1", "第一小学", ZoneInfo("Asia/Shanghai"), True, ())
    return OfflineDesk(config, LiveConfig(), folder, lambda: box, outbox, SystemClock())


def test_pages_are_served_with_the_certificate_until_the_worker_stops(
    tmp_path: Path, client: CentreClient
) -> None:
    certificate, key = own_certificate(tmp_path)
    port = _free_port()
    config = OfflineViewConfig(enabled=True, port=port, certificate_file=certificate, key_file=key)
    outbox = Outbox(tmp_path / "outbox.db", SystemClock())
    desk = _desk(tmp_path, outbox, config)
    desk.start(client)
    trust = ssl.create_default_context(cafile=str(certificate))
    url = f"https://127.0.0.1:{port}/api/v1/auth/me"
    try:
        with httpx.Client(verify=trust, trust_env=False) as browser:
            assert _answer(browser, url).json()["code"] == "not_signed_in"
    finally:
        desk.stop(10)
        outbox.close()
    with pytest.raises(httpx.ConnectError), httpx.Client(verify=trust, trust_env=False) as late:
        late.get(url)
    assert desk.sight.book.line().is_cut is True, "nobody answered who may look"


def _answer(browser: httpx.Client, url: str) -> httpx.Response:
    until_s = time.monotonic() + 15
    while True:
        try:
            return browser.get(url)
        except httpx.ConnectError:
            assert time.monotonic() < until_s
            time.sleep(0.05)


@pytest.mark.parametrize("broken", ["missing", "swapped", "no key"])
def test_a_certificate_that_cannot_be_used_is_told_before_anything_listens(
    tmp_path: Path, client: CentreClient, broken: str
) -> None:
    certificate, key = own_certificate(tmp_path)
    if broken == "missing":
        certificate.unlink()
    elif broken == "swapped":
        certificate, key = key, certificate
    else:
        key.write_text("not a key")
    config = OfflineViewConfig(enabled=True, certificate_file=certificate, key_file=key)
    outbox = Outbox(tmp_path / "outbox.db", SystemClock())
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        _desk(tmp_path, outbox, config).start(client)
    assert caught.value.where == "offline_view.certificate_file"
    outbox.close()
