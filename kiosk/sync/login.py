"""The password of the broker login, and the network's errors in a technician's words."""

import ssl

from kiosk.domain.errors import LoginRefused, TransportError
from kiosk.sync.options import Broker


def password(broker: Broker) -> str | None:
    """Read the password, without the line end an editor leaves.  Raises LoginRefused."""
    if broker.password_file is None:
        return None
    try:
        return broker.password_file.read_text("utf-8").rstrip("\r\n")
    except OSError as e:
        raise LoginRefused(f"password file {broker.password_file}: {e.strerror}") from e
    except UnicodeDecodeError:
        raise LoginRefused(f"password file {broker.password_file}: not text in UTF-8") from None


def translated(error: OSError | ValueError, broker: Broker) -> TransportError:
    """Say in words for a technician what the network or the TLS library raised."""
    where = f"{broker.host}:{broker.port}"
    match error:
        case ssl.SSLCertVerificationError():
            return LoginRefused(f"{where}: its certificate is not trusted: {error.verify_message}")
        case ssl.SSLError(reason="NO_CERTIFICATE_OR_CRL_FOUND"):
            return LoginRefused(f"CA file {broker.ca_file}: no certificate is in it (PEM)")
        case ssl.SSLError():
            return TransportError(f"{where}: TLS: {error.reason}")
        case FileNotFoundError() | PermissionError() if broker.ca_file is not None:
            return LoginRefused(f"CA file {broker.ca_file}: {error.strerror}")
        case TimeoutError():
            return TransportError(f"{where}: no answer")
        case OSError():
            return TransportError(f"{where}: {error.strerror or error}")
        case _:
            return TransportError(f"{where}: {type(error).__name__}: {error}")
