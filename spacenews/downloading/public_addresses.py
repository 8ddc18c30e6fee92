"""Lets host names resolve to public IP addresses only, where the connection is made."""

from __future__ import annotations

import ipaddress
from typing import Any

from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from spacenews.urls import PORTS

# The last 32 bits of these are an IPv4 address: compatible, mapped, translated, NAT64 (RFC 4291, 2765, 6052).
CARRIERS = [ipaddress.IPv6Network(net) for net in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")]
# Not public, whatever Python's tables say: the NAT64 of a local network (RFC 8215), what site-local addresses were
# (RFC 3879), documentation (RFC 9637).
NOT_PUBLIC = [ipaddress.IPv6Network(net) for net in ("64:ff9b:1::/48", "fec0::/10", "3fff::/20")]


def is_public(text: str) -> bool:
    """Say whether an IP address is one of the public Internet, also in what it carries (6to4, Teredo, NAT64)."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in NOT_PUBLIC):
            return False
        inner = [address.sixtofour, *(address.teredo or ())]
        inner += [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) for network in CARRIERS if address in network]
        if carried := [one for one in inner if one]:
            return all(is_public(str(one)) for one in carried)
    return address.is_global and not address.is_multicast and not address.is_reserved


def public_resolver() -> PublicResolver:
    """Return the reactor's resolver, put around the one in use where it is not there yet."""
    from twisted.internet import reactor  # noqa: PLC0415  (importing it installs it)

    resolver = reactor.nameResolver
    if not isinstance(resolver, PublicResolver):
        resolver = PublicResolver(resolver)
        reactor.installNameResolver(resolver)
    return resolver


@implementer(IHostnameResolver)
class PublicResolver:
    """Lets names resolve to public addresses only.

    It is asked for each connection, for every form of an address (2130706433, 0x7f.1, ::ffff:7f00:1), and Twisted
    connects to what it answers: no second look-up comes between. Other ports than the web's are not its business:
    mail and the like are the operator's, and the handler sends no request there.
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.named: set[tuple[str, int]] = set()  # host and port of what the operator names
        self.refused: dict[str, str] = {}  # host -> address

    def resolveHostName(self, receiver: Any, host: str, portNumber: int = 0, *args: Any, **kwargs: Any) -> Any:  # noqa: N802, N803
        """Resolve as the resolver in use does, leaving out what is not public."""
        self.refused.pop(host, None)
        if portNumber in PORTS.values() and (host, portNumber) not in self.named:
            receiver = _PublicReceiver(receiver, host, self.refused)
        return self._inner.resolveHostName(receiver, host, portNumber, *args, **kwargs)


@implementer(IResolutionReceiver)
class _PublicReceiver:
    def __init__(self, receiver: Any, host: str, refused: dict[str, str]) -> None:
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete
        self._receiver, self._host, self._refused = receiver, host, refused

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if is_public(address.host):
            self._receiver.addressResolved(address)
        else:
            self._refused[self._host] = address.host
