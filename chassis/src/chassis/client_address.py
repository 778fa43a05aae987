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
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be addresses or networks, for example 10.0.0.0/8,::1") from None


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
        peer = _parsed(request.client.host) if request.client else None
        if peer is None:
            return UNKNOWN
        said = ",".join(request.headers.getlist("x-forwarded-for"))
        hops = [hop for hop in said.split(",") if hop.strip()]
        nearest = peer
        while self._is_trusted(nearest) and hops:
            before = _parsed(hops.pop())
            if before is None:
                break
            nearest = before
        return str(nearest)

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
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
