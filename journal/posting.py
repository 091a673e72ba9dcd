"""One POST to a stranger's address, which must not become a door into our own network.

The name is looked up once, every address it has is checked, and the connection goes to a checked address,
so that a second look-up cannot give another answer. No proxy, no redirect, no cookie; the answer's body is
not read.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from journal.senders import Undeliverable

TIMEOUT = 15  # seconds for each step, of which there may be several
WHOLE = 20  # seconds for everything after the look-up
NAT64 = [ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Answer:
    status: int
    retry_after: str | None = None


def is_public(address: Address) -> bool:
    """An address on the open internet, not one that reaches into a private network, by a detour or not."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or address.sixtofour or address.teredo or any(address in net for net in NAT64)
    ):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def checked_address(host: str, port: int) -> str:
    """An address of `host` that we may connect to. Raises Undeliverable where one of them is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undeliverable("name_unknown", rest=True) from None
    addresses = [str(each[4][0]) for each in found]
    if not settings.WEBHOOKS_TO_PRIVATE_NETWORKS and not all(
        is_public(ipaddress.ip_address(address.partition("%")[0])) for address in addresses
    ):
        raise Undeliverable("address_not_public")
    return addresses[0]


def parts_of(url: str) -> SplitResult:
    """The parts of an address that we may post to at all. Raises Undeliverable."""
    try:
        parts = urlsplit(url)
        usable = parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        usable = False
    if not usable:
        raise Undeliverable("address_unusable", final=True)
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOKS_TO_PRIVATE_NETWORKS):
        raise Undeliverable("not_https", final=True)
    return parts


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Post `body` and return what was answered. Raises Undeliverable where there was no answer."""
    parts = parts_of(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = checked_address(parts.hostname or "", port)
    connection = _connection(parts, port, address)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    watch = threading.Timer(WHOLE, _cut, [connection])
    watch.start()
    try:
        with closing(connection):
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("Retry-After"))
    except ssl.SSLCertVerificationError:
        raise Undeliverable("certificate_bad") from None
    except TimeoutError:
        raise Undeliverable("timeout", rest=True) from None
    except (OSError, http.client.HTTPException):
        raise Undeliverable("no_connection", rest=True) from None
    finally:
        watch.cancel()


def _connection(parts: SplitResult, port: int, address: str) -> http.client.HTTPConnection:
    """A connection that goes to `address` and speaks (Host, SNI, certificate) of the name."""
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    # http.client makes its socket by this hook and then wraps it for `host`.
    connection._create_connection = lambda _, timeout, source: socket.create_connection(  # type: ignore[attr-defined]
        (address, port), timeout, source
    )
    return connection


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a conversation that drips: each step was in time, the whole is not."""
    if connection.sock:
        connection.sock.shutdown(socket.SHUT_RDWR)
