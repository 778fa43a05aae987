"""One run: a load, a nemesis, silence, and a judgement."""

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from koppla.waiting import until
from tests.faults import (
    of_mail,
    of_processes,
    of_records,
    of_stores,
)
from tests.faults.cast import PROBES, Pair, bureaus, clients, directory, pairs
from tests.faults.evidence import gather, until_quiet
from tests.faults.history import History
from tests.faults.judge import judge
from tests.faults.load import Figures, Worker
from tests.faults.nemesis import FAULTS, Nemesis
from tests.faults.world import World, world
from tests.support.harness import Broker

__all__ = ["of_mail", "of_processes", "of_records", "of_stores"]

WORKERS = 6
PAIRS = 48
SPARE = 8


@dataclass
class Struck:
    """A fault that was done. recovery: seconds from its end until a new request had gone all the
    way to the activation list and back. answers: of the operations that ended meanwhile, by
    outcome."""

    name: str
    note: str
    recovery: float
    answers: Counter[str]


@dataclass
class Report:
    """What a run came to. findings: what the judge found."""

    seed: int
    struck: list[Struck] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    operations: Counter[tuple[str, str]] = field(default_factory=Counter)
    mails: int = 0
    copies: int = 0
    events: int = 0
    restarts: int = 0
    seconds: float = 0.0
    figures: Figures = field(default_factory=Figures)


async def run(
    folder: Path,
    seed: int,
    faults: Sequence[str],
    pause: float,
    settings: dict[str, str],
    say: Callable[[str], None],
) -> Report:
    """Plays the faults in order under load and judges the history. folder: an empty one."""
    report = Report(seed)
    began = time.monotonic()
    chance = random.Random(seed)
    async with world(folder, settings) as running:
        history = History(folder / "history.jsonl")
        known = clients(PAIRS + 2 + SPARE)
        await open_directory(running, known)
        say(f"everything runs after {time.monotonic() - began:.0f} s; seed {seed}")
        stopping = asyncio.Event()
        played = pairs(known[:PAIRS])
        workers = [
            Worker(
                running,
                history,
                report.figures,
                played[number::WORKERS],
                random.Random(chance.random()),
                stopping,
            )
            for number in range(WORKERS)
        ]
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        probe = Worker(
            running,
            history,
            Figures(),
            [Pair(bureaus()[-1], one) for one in known[PAIRS : PAIRS + 2]],
            random.Random(seed),
            stopping,
        )
        nemesis = Nemesis(running, chance, history, pause, probe, pairs(known[PAIRS + 2 :]))
        try:
            for name in faults:
                began_at = history.now()
                try:
                    note = await FAULTS[name].strike(nemesis)
                except TimeoutError as error:
                    # What was harmed so far is judged all the same.
                    note = f"given up: {error}"
                    report.findings.append(f"{name} could not be made: {error}")
                struck = Struck(name, note, await _recovery(probe), history.between(began_at))
                report.struck.append(struck)
                say(f"{len(report.struck)}. {name}: {note}; whole again in {struck.recovery:.1f} s")
                broken = [task for task in tasks if task.done()]
                if broken:
                    break
        finally:
            stopping.set()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        report.findings += [f"{type(one).__name__}: {one}" for one in ended if one is not None]
        say("quiet is waited for")
        await running.keeper.ready()
        await until_quiet(running)
        evidence = await gather(running)
        disordered = probe.pairs[-1].key
        report.findings += judge(history, evidence, of_records.POISON_KEY, disordered)
        report.operations = Counter((one.name, one.outcome) for one in history.operations)
        report.mails = sum(evidence.mails.values())
        report.copies = report.mails - len(evidence.mails)
        report.events = len({one.event_id for one in evidence.told})
        report.restarts = running.keeper.kept
        history.close()
    report.seconds = time.monotonic() - began
    return report


async def open_directory(running: World, known: Sequence[object]) -> None:
    """Publishes the directory, and returns when every service has it."""
    broker = Broker(running.kafka.bootstrap_servers, {})
    await broker.publish(*directory(list(known)))  # type: ignore[arg-type]
    of_bureaus = {"search": "bureau_eligibility", "linking": "bureaus", "activation": "bureaus"}
    number = len(known) + len(bureaus())

    for service, table in of_bureaus.items():

        async def has_all(service: str = service, table: str = table) -> bool:
            counted = f"SELECT (SELECT count(*) FROM clients) + (SELECT count(*) FROM {table}) AS n"
            return bool((await running.rows(service, counted))[0]["n"] >= number)

        await until(has_all, 120, every=0.1, what=f"{service} to know the directory")


async def _recovery(probe: Worker) -> float:
    began = time.monotonic()
    pair = probe.pairs[0]
    assert pair.bureau.bureau_id == PROBES
    await probe.whole_way(pair)
    return time.monotonic() - began


def summary(report: Report) -> str:
    """The report for people, in Markdown."""
    recovery = sorted(one.recovery for one in report.struck)
    lines = [
        f"seed {report.seed}: {len(report.struck)} faults in {report.seconds:.0f} s,"
        f" {sum(report.operations.values())} operations, {report.events} events,"
        f" {report.mails} mails ({report.copies} copies under the same Message-ID),"
        f" {report.restarts} processes started again",
        "",
        f"whole again after {statistics.median(recovery):.1f} s in the median,"
        f" {recovery[-1]:.1f} s at most",
        "",
        *_by_fault(report.struck),
        "",
    ]
    names = sorted({name for name, _ in report.operations})
    lines += ["| operation | ok | failed | unknown |", "|---|---|---|---|"]
    for name in names:
        ok, failed, unknown = (report.operations[name, o] for o in ("ok", "failed", "unknown"))
        lines.append(f"| {name} | {ok} | {failed} | {unknown} |")
    lines += ["", f"findings: {len(report.findings)}"]
    lines += [f"- {finding}" for finding in report.findings[:50]]
    return "\n".join(lines)


def _by_fault(struck: Sequence[Struck]) -> list[str]:
    """A row for each fault: how often, what clients were answered meanwhile, how long after."""
    lines = [
        "| fault | times | ok | refused | unanswered | whole again, median | most |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in sorted({one.name for one in struck}):
        those = [one for one in struck if one.name == name]
        answers = sum((one.answers for one in those), Counter[str]())
        times = [one.recovery for one in those]
        lines.append(
            f"| {name} | {len(those)} | {answers['ok']} | {answers['failed']}"
            f" | {answers['unknown']} | {statistics.median(times):.1f} s | {max(times):.1f} s |"
        )
    return lines
