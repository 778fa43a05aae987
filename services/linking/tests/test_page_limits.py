"""How often one address may try link pages."""

import httpx
import pytest

from chassis.bursts import Bursts
from chassis.settings import load
from chassis.telemetry import Metrics
from linking.limits import LimitSettings
from services.linking.tests.limited import limited, refused
from services.linking.tests.world import HTML, JSON, World

FORGED = "A" * 111
AGES = "9999h"  # no such window ends while a test runs


async def tries(world: World, number: int, **headers: str) -> list[int]:
    """So many looks at a link that was never sent: 404 where it is looked at."""
    return [(await world.page(FORGED, {**JSON, **headers})).status_code for _ in range(number)]


async def test_too_many_attempts_are_refused_as_json(world: World) -> None:
    async with limited(world, rate_link_pages=f"3/{AGES}") as strict:
        assert await tries(strict, 3) == [404, 404, 404]
        answer = await strict.page(FORGED)
        assert answer.status_code == 429
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "RATE_LIMITED"
        assert int(answer.headers["retry-after"]) >= 1
        assert refused(strict, "link_pages") == 1


@pytest.mark.parametrize(
    ("lang", "title"), [("sv", "Många besök just nu"), ("en", "Too many visits just now")]
)
async def test_a_browser_gets_a_page_about_it(world: World, lang: str, title: str) -> None:  # R47
    async with limited(world, rate_link_pages=f"1/{AGES}") as strict:
        await tries(strict, 1)
        answer = await strict.page(FORGED, {**HTML, "accept-language": lang})
        assert answer.status_code == 429
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-language"] == lang
        assert title in answer.text
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert FORGED not in answer.text


async def test_looking_answering_and_guessing_count_alike(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    async with limited(world, rate_link_pages=f"6/{AGES}") as strict:
        assert (await strict.page(token)).status_code == 200
        assert (await strict.http.head(f"/l/{token}", headers=HTML)).status_code == 200
        assert (await strict.page(FORGED)).status_code == 404
        assert (await strict.accept(FORGED)).status_code == 404
        assert (await strict.decline(FORGED)).status_code == 404
        assert (await strict.http.post(f"/l/{FORGED}/end", headers=JSON)).status_code == 404
        assert (await strict.page(token)).status_code == 429


async def test_who_is_refused_changes_nothing(world: World) -> None:  # R30
    token = (await world.mailed(await world.asked()))["eva"]
    async with limited(world, rate_link_pages=f"1/{AGES}") as strict:
        await tries(strict, 1)
        assert (await strict.accept(token)).status_code == 429
        assert (await strict.decline(token)).status_code == 429
        browser = await strict.http.post(f"/l/{token}/accept", data={"confirm": "on"}, headers=HTML)
        assert browser.status_code == 429
    assert await world.running.rows("SELECT 1 FROM links") == []
    assert (await world.accept(token)).status_code == 200


async def test_a_made_up_header_is_no_other_address(world: World) -> None:
    async with limited(world, rate_link_pages=f"2/{AGES}") as strict:
        assert await tries(strict, 2) == [404, 404]
        for claimed in ("198.51.100.1", "127.0.0.1", "", "198.51.100.2, 198.51.100.3"):
            assert await tries(strict, 1, **{"x-forwarded-for": claimed}) == [429]


async def test_behind_a_trusted_proxy_each_client_counts_alone(world: World) -> None:
    async with limited(world, rate_link_pages=f"2/{AGES}", trusted_proxies="127.0.0.1") as strict:
        first, second = {"x-forwarded-for": "198.51.100.1"}, {"x-forwarded-for": "198.51.100.2"}
        assert await tries(strict, 3, **first) == [404, 404, 429]
        assert await tries(strict, 3, **second) == [404, 404, 429]
        # What a client claims, the proxy writes before her own address.
        claim = {"x-forwarded-for": "192.0.2.66, 198.51.100.1"}
        assert await tries(strict, 1, **claim) == [429]
        # Another address of her own network (IPv6) is no other client.
        network = [{"x-forwarded-for": f"2001:db8::{n}"} for n in (1, 2, 3)]
        assert [await tries(strict, 1, **one) for one in network] == [[404], [404], [429]]


async def test_what_is_no_link_is_not_counted(world: World) -> None:
    async with limited(world, rate_link_pages=f"1/{AGES}") as strict:
        for path in ("/blanketter", "/blanketter/link_client.pdf", "/healthz"):
            assert (await strict.http.get(path)).status_code == 200
        assert await tries(strict, 2) == [404, 429]


async def test_the_limit_can_be_turned_off(world: World) -> None:
    async with limited(world, rate_link_pages="0") as free:
        assert set(await tries(free, 50)) == {404}


async def test_no_address_is_named_in_metrics(world: World) -> None:
    async with limited(world, rate_link_pages=f"1/{AGES}", trusted_proxies="127.0.0.1") as strict:
        await tries(strict, 2, **{"x-forwarded-for": "198.51.100.77"})
        told: httpx.Response = await strict.http.get("/metrics")
        assert 'koppla_rate_limited_total{limit="link_pages",service="linking"} 1.0' in told.text
        assert "198.51.100" not in told.text


def test_by_default_a_mail_filter_may_fetch_the_links_of_300_clients_in_one_go() -> None:
    # Five admins each, whose links a filter with one address fetches four times within a minute.
    attempts = Bursts("link_pages", load(LimitSettings).rate_link_pages, Metrics("linking"))
    for _ in range(300 * 5 * 4):
        attempts.check("198.51.100.1")
