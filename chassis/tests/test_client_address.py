"""Whose request it is: who is believed about it, and what addresses look like."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import httpx
import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st

from chassis.app import HttpServer, listen
from chassis.client_address import UNKNOWN, ClientAddresses, ProxySettings
from chassis.settings import SettingError, load

TRUSTED = ClientAddresses([ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("::1")])


def request(peer: str | None, *forwarded: str) -> Request:
    """A request from a peer with so many X-Forwarded-For lines."""
    return Request(
        {
            "type": "http",
            "client": None if peer is None else (peer, 4711),
            "headers": [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded],
        }
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        # Nobody's word but a trusted proxy's.
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1, 10.0.0.1",), "203.0.113.9"),
        ("2001:db8::9", ("198.51.100.1",), "2001:db8::9"),
        # One proxy, and what its client claims before it.
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("192.0.2.66, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("10.0.0.3, 198.51.100.1",), "198.51.100.1"),
        ("fd00::1", ("198.51.100.1",), "198.51.100.1"),
        # Several proxies; several lines are one list.
        ("10.0.0.1", ("198.51.100.1, 10.0.0.2",), "198.51.100.1"),
        ("10.0.0.1", ("198.51.100.1", "10.0.0.2"), "198.51.100.1"),
        ("10.0.0.1", ("192.0.2.66", "198.51.100.1", "10.0.0.2, fd00::2"), "198.51.100.1"),
        # All are trusted: the one farthest away.
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        # What is no address ends the walk at the last who was one.
        ("10.0.0.1", ("198.51.100.1, unknown",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, _hidden, 10.0.0.2",), "10.0.0.2"),
        ("10.0.0.1", ("198.51.100.1, 10.0.0.256",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, 010.0.0.2",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, [::1",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, ::1]:443",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, 10.0.0.2:",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, 10.0.0.2:port",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, 10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, \xe5\xe4\xf6",), "10.0.0.1"),
        # Empty elements are no elements (RFC 9110, 5.6.1).
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("10.0.0.1", ("198.51.100.1, , ",), "198.51.100.1"),
        # Ports and brackets.
        ("10.0.0.1", ("198.51.100.1:5678",), "198.51.100.1"),
        ("10.0.0.1", ("198.51.100.1, 10.0.0.2:443",), "198.51.100.1"),
        ("10.0.0.1", ("[2001:db8::1]:443",), "2001:db8::1"),
        ("10.0.0.1", ("[2001:db8::1]",), "2001:db8::1"),
        ("10.0.0.1", ("198.51.100.1, [::1]:443",), "198.51.100.1"),
        # One address, many spellings.
        ("::ffff:203.0.113.9", (), "203.0.113.9"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("::ffff:198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("198.51.100.1, ::FFFF:0A00:0002",), "198.51.100.1"),
        ("2001:0DB8:0:0::0001", (), "2001:db8::1"),
        ("fe80::1%eth0", (), "fe80::1"),
        ("10.0.0.1", ("[fe80::1%25eth0]:443",), "fe80::1"),
        ("fd00::1%eth0", ("198.51.100.1",), "198.51.100.1"),
        # No network.
        (None, (), UNKNOWN),
        (None, ("198.51.100.1",), UNKNOWN),
        ("", ("198.51.100.1",), UNKNOWN),
        ("testclient", ("198.51.100.1",), UNKNOWN),
    ],
)
def test_the_nearest_that_is_no_trusted_proxy_is_the_client(
    peer: str | None, forwarded: tuple[str, ...], client: str
) -> None:
    assert TRUSTED.of(request(peer, *forwarded)) == client


def test_nobody_is_trusted_unless_a_setting_says_so() -> None:
    addresses = ClientAddresses(load(ProxySettings).trusted_proxies)
    for peer in ("127.0.0.1", "10.0.0.1", "::1"):
        assert addresses.of(request(peer, "198.51.100.1")) == peer


addresses = st.ip_addresses().map(str)
strangers = st.ip_addresses().filter(
    lambda ip: TRUSTED.of(request(str(ip), "198.51.100.1")) != "198.51.100.1"
)
elements = addresses | st.sampled_from(["10.0.0.1", "::1", "fd00::1"]) | st.text("0.,:[]%/x ")
lines = st.lists(st.lists(elements).map(", ".join))


@given(peer=strangers, forwarded=lines)
def test_what_a_stranger_says_never_matters(peer: object, forwarded: list[str]) -> None:
    assert TRUSTED.of(request(str(peer), *forwarded)) == TRUSTED.of(request(str(peer)))


@given(claimed=lines, client=strangers)
def test_what_is_claimed_beyond_the_client_never_matters(
    claimed: list[str], client: object
) -> None:
    told = TRUSTED.of(request("10.0.0.1", *claimed, str(client)))
    assert told == TRUSTED.of(request(str(client)))


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, UNKNOWN),
    ],
)
def test_an_ipv6_client_counts_by_its_network(peer: str | None, counted: str) -> None:
    # One household or one server has a whole /64 and may use another address for each request.
    assert TRUSTED.counted(request(peer)) == counted


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("", []),
        (" , ", []),
        ("10.0.0.0/8", ["10.0.0.0/8"]),
        ("10.0.0.7", ["10.0.0.7/32"]),
        (" 10.0.0.0/8 , ::1,", ["10.0.0.0/8", "::1/128"]),
        ("::ffff:10.0.0.0/104", ["10.0.0.0/8"]),
        ("::ffff:10.0.0.7", ["10.0.0.7/32"]),
        ("::/0", ["::/0"]),
    ],
)
def test_proxies_are_addresses_and_networks(
    monkeypatch: pytest.MonkeyPatch, text: str, networks: list[str]
) -> None:
    monkeypatch.setenv("KOPPLA_TRUSTED_PROXIES", text)
    assert [str(one) for one in load(ProxySettings).trusted_proxies] == networks


@pytest.mark.parametrize("text", ["proxy", "*", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0-10.0.0.9"])
def test_what_is_no_network_is_refused_by_one_line(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("KOPPLA_TRUSTED_PROXIES", text)
    with pytest.raises(SettingError) as refused:
        load(ProxySettings)
    assert str(refused.value) == (
        "KOPPLA_TRUSTED_PROXIES: must be addresses or networks, for example 10.0.0.0/8,::1"
    )


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A server on a real socket that trusts nobody and says whom it sees."""
    app = FastAPI()
    addresses = ClientAddresses([])

    @app.get("/who")
    async def who(request: Request) -> str:
        return addresses.of(request)

    bound = listen("127.0.0.1", 0)
    server = HttpServer(app, bound)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bound.getsockname()[1]}") as client:
        yield client
    await server.stop()


async def test_the_server_itself_believes_nobody(http: httpx.AsyncClient) -> None:
    answer = await http.get("/who", headers={"x-forwarded-for": "198.51.100.1"})
    assert answer.json() == "127.0.0.1"
