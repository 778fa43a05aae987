"""Whose request it is: the client's network address, behind proxies that are trusted by setting."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Any

from fastapi import Request
from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from chassis.settings import Settings

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

UNKNOWN = "unknown"
"""The address of who came by a Unix socket, or by no network at all."""


def _networks(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return tuple(_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be addresses or networks, for example 10.0.0.0/8,::1") from None


def _network(text: str) -> Network:
    network = ip_network(text)
    first = _unmapped(network.network_address)
    if first.version == network.version:
        return network
    # IPv4 in IPv6, as `_parsed` tells clients' addresses, too.
    return IPv4Network((first, network.prefixlen - 96))


class ProxySettings(Settings):
    """trusted_proxies: who may say for whom a request is, in X-Forwarded-For; nobody by default."""

    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = ()


class ClientAddresses:
    """Tells clients' addresses."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)

    def of(self, request: Request) -> str:
        """The nearest address that is no trusted proxy's, as text; UNKNOWN where there is none.

        A header of anybody else says nothing: whoever sends it could write what she likes.
        """
        client = self._client(request)
        return UNKNOWN if client is None else str(client)

    def counted(self, request: Request) -> str:
        """What a limit per client counts by: the address, of IPv6 its /64.

        That is the least that one customer of a network has, so that she could use another
        address for each request.
        """
        client = self._client(request)
        if isinstance(client, IPv6Address):
            return str(IPv6Network((client, 64), strict=False))
        return UNKNOWN if client is None else str(client)

    def _client(self, request: Request) -> Address | None:
        peer = _parsed(request.client.host) if request.client else None
        if peer is None:
            return None
        said = ",".join(request.headers.getlist("x-forwarded-for"))
        hops = [hop for hop in said.split(",") if hop.strip()]
        nearest = peer
        while self._is_trusted(nearest) and hops:
            before = _parsed(hops.pop())
            if before is None:
                break
            nearest = before
        return nearest

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _parsed(text: str) -> Address | None:
    """An address with or without a port and a zone, IPv4 in IPv6 as IPv4; None for no address."""
    text = text.strip()
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::\d{1,5})?", text, re.ASCII)
    with_port = re.fullmatch(r"([\d.]+):\d{1,5}", text, re.ASCII)
    if bracketed or with_port:
        text = (bracketed or with_port)[1]  # type: ignore[index]
    try:
        return _unmapped(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _unmapped(address: Address) -> Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
