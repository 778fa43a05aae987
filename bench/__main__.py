"""Prints the figures of the embedded profile, each with its limit and the ratio to it."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil

from chassis.kafka import KafkaSettings
from chassis.settings import load
from koppla.directory_lines import read
from koppla.directory_publisher import KINDS, publish
from koppla.profile import EMBEDDED_KAFKA
from koppla.waiting import until
from tests.support.journey import Pair, link_of, pairs
from tests.support.platform import Platform, koppla
from tests.support.smtp_sink import SmtpSink

CLIENTS, BUREAUS, WALKS = 20_000, 200, 40
IDLE_S = 20


def say(what: str, figure: float, unit: str, limit: float, *, more_is_better: bool = False) -> None:
    ratio = figure / limit
    good = ratio >= 1 if more_is_better else ratio <= 1
    sign = ">=" if more_is_better else "<="
    print(
        f"{what:<58} {figure:>10,.1f} {unit:<5} limit {sign} {limit:>8,.0f}"
        f"   ratio {ratio:5.2f} {'ok' if good else 'MISSED'}",
        flush=True,
    )


async def timed(step: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await step()
    return time.perf_counter() - began


async def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="koppla-bench-"))
    files, data = home / "files", home / "data"
    data.mkdir()
    await koppla(
        *("demo-data", "--clients", str(CLIENTS), "--bureaus", str(BUREAUS)),
        *("--seed", "3", "--out", files),
    )
    async with SmtpSink() as sink:
        platform = Platform(data, "--smtp", sink.url)
        await platform.start()
        await platform.stop()
        say("ready, second start, empty directory", await timed(platform.start), "s", 5)
        await _imports(platform, files)
        await _idle(platform)
        await _latencies(platform, sink, pairs(files, WALKS))
        await platform.stop()
        say("ready, second start, 20,000 clients", await timed(platform.start), "s", 5)
        say("stop", await timed(platform.stop), "s", 10)


async def _imports(platform: Platform, files: Path) -> None:
    await koppla("import", "bureaus", files / "bureaus.jsonl", "--data", platform.data)
    whole = await timed(
        lambda: koppla("import", "clients", files / "clients.jsonl", "--data", platform.data)
    )
    say("import, whole command", CLIENTS / whole, "1/s", 10_000, more_is_better=True)
    lines = read(files / "clients.jsonl", KINDS["clients"])
    changes = [(line.key, line.value) for line in lines if line.key is not None]
    kafka = str(platform.run_json()["kafka"])
    settings = load(KafkaSettings, kafka=kafka, **EMBEDDED_KAFKA)
    sent = await timed(lambda: publish(settings, "clients", changes))
    say("import, published", CLIENTS / sent, "1/s", 10_000, more_is_better=True)
    await _quiet(platform)


async def _quiet(platform: Platform) -> None:
    """Returns when no service lags."""

    async def caught_up() -> bool:
        async with platform.client("bench", "ops") as http:
            for service in ("search", "linking", "notifier", "activation"):
                status = (await http.get(f"/v1/ops/{service}/status")).json()
                if any(status["consumer_lag"].values()) or status["outbox"]["backlog"]:
                    return False
        return True

    await until(caught_up, 300, every=0.5, what="the services to catch up")


async def _idle(platform: Platform) -> None:
    assert platform.process is not None
    parent = psutil.Process(platform.process.pid)
    family = [parent, *parent.children(recursive=True)]
    resident = sum(process.memory_full_info().pss for process in family)
    say("resident (proportional), 20,000 clients", resident / 2**20, "MB", 500)

    def spent() -> float:
        return sum(sum(process.cpu_times()[:2]) for process in family if process.is_running())

    before = spent()
    await asyncio.sleep(IDLE_S)
    say("idle", (spent() - before) / IDLE_S * 100, "%", 3)


async def _latencies(platform: Platform, sink: SmtpSink, walks: list[Pair]) -> None:
    mailed, listed = [], []
    for pair in walks:
        to_mail, to_list = await _walk(platform, sink, pair)
        mailed.append(to_mail * 1000)
        listed.append(to_list * 1000)
    say("request -> first mail handed over, median", statistics.median(mailed), "ms", 100)
    say("accept -> in the activation list, median", statistics.median(listed), "ms", 100)


async def _walk(platform: Platform, sink: SmtpSink, pair: Pair) -> tuple[float, float]:
    admin, bureau = pair.bureau_admin["user_id"], pair.bureau["bureau_id"]
    tenant = pair.client["tenant_id"]
    address = pair.addresses[0].casefold()
    async with platform.client(admin, "bureau_admin", bureau_id=bureau) as http:
        await http.get("/v1/activation-list")
        before = len(sink.received)
        began = time.perf_counter()
        answer = await http.post(
            "/v1/link-requests", json={"tenant_id": tenant, "entry_point": "client_manager"}
        )
        assert answer.status_code == 201, answer.text

        def link() -> str | None:
            for mail in sink.received[before:]:
                if mail.recipient.casefold() == address:
                    return link_of(mail.text, platform.url)
            return None

        await until(lambda: len(sink.received) > before, every=0.001)
        to_mail = time.perf_counter() - began
        href = await until(link)
        began = time.perf_counter()
        accepted = await http.post(
            f"{href}/accept", json={"confirm": True}, headers={"accept": "application/json"}
        )
        assert accepted.status_code == 200, accepted.text

        async def in_list() -> bool:
            items = (await http.get("/v1/activation-list")).json()["items"]
            return tenant in {item["tenant_id"] for item in items}

        # Not more often: each look is served by the process that is measured.
        await until(in_list, every=0.02)
        return to_mail, time.perf_counter() - began


if __name__ == "__main__":
    asyncio.run(main())
