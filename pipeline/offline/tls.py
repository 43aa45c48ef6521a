"""Whether the certificate of a box's pages can be used, told before anything listens."""

from __future__ import annotations

import ssl

from pipeline.core.errors import ConfigError
from pipeline.offline.config import OfflineViewConfig


def check_certificate(config: OfflineViewConfig) -> None:
    """Load it once, if pages are to be served with one.

    Raises:
        ConfigError: It cannot be used.
    """
    if not config.enabled or config.certificate_file is None or config.key_file is None:
        return
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # Without the empty password OpenSSL would ask at the terminal.
        context.load_cert_chain(config.certificate_file, config.key_file, password=lambda: "")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError(
            f"the certificate and its key cannot be used ({why})",
            where="offline_view.certificate_file",
            remedy="Name a certificate and its key, both in PEM, the key without a password",
        ) from error
