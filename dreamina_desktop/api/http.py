"""What both HTTP clients have in common: TLS, limits, the name we give, and faults in words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpcore
import httpx
import truststore

from dreamina_desktop import __version__

USER_AGENT = f"dreamina-desktop/{__version__}"

TIMEOUTS = {  # seconds, as httpx and httpcore want them in a request's extensions
    "connect": 10.0,
    "read": 30.0,  # between two chunks
    "write": 30.0,
    "pool": 5.0,  # runs out only when slots of the pool have leaked
}
API_TIMEOUTS = TIMEOUTS | {"read": 75.0}  # an API in trouble was seen to need 60 s
MAX_CONNECTIONS = 16  # twice what is ever asked at once
KEEPALIVE_S = 5.0

# All that a network, a proxy or a server makes httpx and httpcore raise. A broken TLS record
# comes out as ssl.SSLError, an OSError; a client closed under its request as RuntimeError; a name
# that cannot be one as UnicodeError.
FAULTS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
    RuntimeError,
    UnicodeError,
)

# The first one that is in the chain of causes speaks: the exact ones come before the general.
_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((ssl.SSLCertVerificationError,), "its certificate is not valid"),
    ((ssl.SSLError,), "the encrypted connection failed"),
    ((socket.gaierror, UnicodeError), "its name cannot be resolved"),
    ((httpx.PoolTimeout, httpcore.PoolTimeout), "no connection was free"),
    ((httpx.ConnectTimeout, httpcore.ConnectTimeout), "it cannot be reached in time"),
    ((httpx.TimeoutException, httpcore.TimeoutException, TimeoutError), "no answer in time"),
    ((httpx.ProxyError, httpcore.ProxyError), "the proxy refused"),
    ((ConnectionRefusedError,), "the connection was refused"),
    ((httpx.ConnectError, httpcore.ConnectError), "no connection could be made"),
    ((httpx.ProtocolError, httpcore.ProtocolError), "the answer was cut, or is not HTTP"),
    ((httpx.NetworkError, httpcore.NetworkError, OSError), "the connection was cut"),
)


def make_tls_context() -> ssl.SSLContext:
    """A context with the system's trust store. Blocks up to 200 ms: not for the GUI thread."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def in_words(error: BaseException) -> str:
    """What went wrong on the way, as the end of a sentence without its full stop."""
    chain = tuple(_chain(error))
    for kinds, words in _WORDS:
        if any(isinstance(link, kinds) for link in chain):
            return words
    return f"unexpected fault ({type(error).__name__})"


def _chain(error: BaseException | None, depth: int = 0) -> Iterator[BaseException]:
    """The error and all that it was raised from."""
    if error is None or depth > 10:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _chain(inner, depth + 1)
    yield from _chain(error.__cause__ or error.__context__, depth + 1)
