"""Which authorities may vouch for the command centre."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import httpx

from pipeline.core.errors import ConfigError


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """What a connection over HTTPS is checked against.

    Args:
        ca_file: Certificates in PEM, trusted alone. If None: ``SSL_CERT_FILE`` and
            ``SSL_CERT_DIR``, else this machine's authorities and the public ones.

    Raises:
        ConfigError: There is no certificate in the file.
    """
    try:
        if ca_file is not None:
            return ssl.create_default_context(cafile=str(ca_file))
        context = httpx.create_ssl_context(trust_env=True)
        if not any(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")):
            context.load_default_certs()
        return context
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"no certificate of an authority can be read from it ({error.strerror or error})",
            where="api.ca_file" if ca_file is not None else "SSL_CERT_FILE",
            remedy="Name a file with certificates in PEM (-----BEGIN CERTIFICATE-----)",
        ) from error


def failed_check(error: BaseException) -> str:
    """What to do when a connection was refused for its certificate; empty if it was not."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                "The command centre's certificate is not trusted: name its authority's certificate "
                "as api.ca_file, and check the host name in api.url"
            )
        cause = cause.__cause__ or cause.__context__
    return ""
