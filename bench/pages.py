"""How long the portal takes for what bureau staff open all day, behind it 5,000 clients that are
activated and 5,000 that wait for it.

`python -m bench.pages`.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import asyncpg
import httpx

from bench.__main__ import say
from koppla.waiting import until
from koppla.walk import CLIENT
from tests.browser.letters import Letters
from tests.support.platform import Platform

CLIENTS, TIMES, LIMIT_MS = 5_000, 60, 150
ADMIN, BUREAU = "b-1-admin", "b-1"
ACTIVATED, WAITING = 900_000, 910_000
"""Behind which number their database ids begin."""
PAGES = (
    "/klienthanteraren",
    "/klienthanteraren?sok=ab",
    "/klienthanteraren/att-aktivera",
    f"/aktivera/{WAITING + 1}",
    f"/klienter/{ACTIVATED + 1}",
    "/klienthanteraren/koppla-klient",
    "/forfragningar",
)
_LINKED = """
INSERT INTO linked_clients
SELECT (jsonb_populate_record(link, jsonb_build_object('tenant_id', $3::int + n))).*
FROM linked_clients link, generate_series(1, $1) n WHERE link.tenant_id = $2
"""
_NOT_ACTIVATED = """
UPDATE linked_clients SET activated_at = NULL, activated_by = NULL
WHERE tenant_id ~ '^91[0-9]{4}$'
"""
_CLIENTS = """
INSERT INTO clients
SELECT (jsonb_populate_record(client, jsonb_build_object(
    'tenant_id', $3::int + n, 'name', client.name || ' ' || n,
    'folded_name', client.folded_name || ' ' || n,
    'sort_key', client.sort_key || ' ' || lpad(($3::int + n)::text, 6, '0')))).*
FROM clients client, generate_series(1, $1) n WHERE client.tenant_id = $2
"""
_PERMISSIONS = """
INSERT INTO permissions
SELECT (jsonb_populate_record(permission, jsonb_build_object('tenant_id', $3::int + n))).*
FROM permissions permission, generate_series(1, $1) n WHERE permission.tenant_id = $2
"""


async def main() -> None:
    platform = Platform(Path(tempfile.mkdtemp(prefix="koppla-pages-")), "--demo")
    await platform.start()
    try:
        await until(lambda: any("koppla token" in line for line in platform.printed), 120)
        await _activate(platform)
        await _multiply(platform)
        async with httpx.AsyncClient(base_url=platform.url, timeout=60, trust_env=False) as http:
            origin = {"origin": platform.url}
            await http.post("/logga-in/demo", data={"sub": ADMIN, "till": "/"}, headers=origin)
            for path in PAGES:
                await _measure(http, path)
    finally:
        await platform.stop()


async def _measure(http: httpx.AsyncClient, path: str) -> None:
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = await http.get(path)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    say(
        f"{path}, {len(answer.content) / 1000:.1f} kB, median",
        statistics.median(times),
        "ms",
        LIMIT_MS,
    )


async def _activate(platform: Platform) -> None:
    """The walk's client, up to the client list."""
    letters = Letters(platform)
    await letters.link_up(letters.clients[CLIENT])
    async with platform.client(ADMIN, "bureau_admin", bureau_id=BUREAU) as http:
        permissions = [{"program": "bookkeeping", "access": "write"}]
        grants = [{"consultant_id": ADMIN, "permissions": permissions}]

        async def activated() -> bool:
            path = f"/v1/activation-list/{CLIENT}/activate"
            return (await http.post(path, json={"grants": grants})).status_code == 200

        await until(activated, 60)


async def _multiply(platform: Platform) -> None:
    """Twice five thousand more like it, in activation's tables."""
    connection = await asyncpg.connect(platform.run_json()["databases"]["activation"])
    try:
        for statement, behind in (
            *((_CLIENTS, behind) for behind in (ACTIVATED, WAITING)),
            *((_LINKED, behind) for behind in (ACTIVATED, WAITING)),
            (_PERMISSIONS, ACTIVATED),
        ):
            await connection.execute(statement, CLIENTS, CLIENT, behind)
        await connection.execute(_NOT_ACTIVATED)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(main())
