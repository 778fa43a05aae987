"""`koppla import` against a broker that runs: what it publishes, refuses and keeps."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from chassis.kafka import KafkaSettings
from chassis.settings import load
from contracts.envelope import Envelope
from contracts.topics import DIRECTORY_BUREAUS, DIRECTORY_CLIENTS, Topic
from koppla import demo_data
from koppla.directory_file import DirectoryFile
from koppla.directory_import import ImportRefused, ImportRun
from koppla.directory_keys import published_keys
from koppla.directory_publisher import publish
from koppla.embedded import left_overs
from koppla.embedded.folder import DataFolder
from koppla.embedded.kafka import EmbeddedKafka
from koppla.embedded.ports import free_port
from koppla.waiting import until
from tests.support.brokers import EMBEDDED_BROKER
from tests.support.harness import Broker


def client(tenant_id: int | str, **more: Any) -> dict[str, Any]:
    number = {"tenant_id": str(tenant_id), "org_number": "556469-6291"}
    return {**number, "name": f"Åkeri {tenant_id} AB", "city": "Växjö", **more}


def write(path: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path, broker: Broker) -> Iterator[Path]:
    """The folder of a run whose broker is embedded."""
    with DataFolder(tmp_path / "data") as folder:
        folder.write_run({"kafka": broker.bootstrap_servers, "embedded_kafka": True})
        yield folder.path


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """The address of something that takes connections and never answers."""
    over = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    over.set()
    server.close()


async def run(data: Path, file: Path, kind: str = "clients", **options: Any) -> str:
    return await asyncio.to_thread(ImportRun(kind, file, data, **options).run)


async def refused(data: Path, file: Path, kind: str = "clients", **options: Any) -> str:
    with pytest.raises(ImportRefused) as caught:
        await run(data, file, kind, **options)
    return str(caught.value)


async def published(broker: Broker, topic: Topic = DIRECTORY_CLIENTS) -> dict[str, Any]:
    """The newest value of each key on the topic."""
    return {
        record.key.decode(): None if record.value is None else json.loads(record.value)
        for record in await broker.records(topic)
    }


async def test_records_are_published_under_their_keys_with_their_headers(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    file = write(tmp_path / "clients.jsonl", client(1), client(2, city=""))
    assert await run(data, file) == "2 clients published"
    records = await broker.records(DIRECTORY_CLIENTS)
    assert {record.key: json.loads(record.value) for record in records} == {
        b"1": {**client(1), "system_admins": []},
        b"2": {**client(2, city=""), "system_admins": []},
    }
    for record in records:
        envelope = Envelope.of(record.headers)
        assert (envelope.type, envelope.source) == ("ClientRecord", "directory")
        assert envelope.id.version == 7


async def test_bureaus_are_published_on_their_own_topic(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    _, bureaus = demo_data.write(tmp_path, 0, 30, seed=2)
    assert await run(data, bureaus, "bureaus") == "30 bureaus published"
    assert len(await published(broker, DIRECTORY_BUREAUS)) == 30
    assert await published(broker) == {}


async def test_csv_is_published_as_json_lines_are(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("tenant_id,org_number,name,city\n1,5564696291,Åkeri 1 AB,Växjö\n", "utf-8")
    await run(data, file)
    assert await published(broker) == {"1": {**client(1), "system_admins": []}}


async def test_thousands_of_records_arrive_each_once(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    file = write(tmp_path / "clients.jsonl", *map(client, range(1, 5002)))
    assert await run(data, file) == "5001 clients published"
    records = await broker.records(DIRECTORY_CLIENTS)
    assert sorted(int(record.key) for record in records) == list(range(1, 5002))


async def test_one_bad_line_and_nothing_is_published(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "clients.jsonl",
        client(1),
        client(2, org_number="556469-6292"),
        client(3),
        "{",
        client(3),
    )
    said = await refused(data, file)
    assert said.splitlines() == [
        "line 2: org_number: the check digit is wrong",
        "line 4: record: not JSON: Expecting property name enclosed in double quotes (column 2)",
        "line 5: tenant_id: 3 stands on line 3 already",
        "nothing was published",
    ]
    assert await published(broker) == {}
    assert DirectoryFile(data, "clients").is_empty()


async def test_every_bad_line_is_named_however_many(data: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "clients.jsonl", *[client(n, name="") for n in range(250)])
    said = await refused(data, file)
    assert [line.split(":")[0] for line in said.splitlines()[:-1]] == [
        f"line {n}" for n in range(1, 251)
    ]


async def test_skip_invalid_publishes_the_rest_and_names_what_it_skips(
    data: Path, broker: Broker, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "clients.jsonl", client(1), client("x"), client(3))
    assert await run(data, file, skip_invalid=True) == "2 clients published, 1 bad lines skipped"
    assert set(await published(broker)) == {"1", "3"}
    assert "line 2: tenant_id: must be 1 to 12 digits" in capfd.readouterr().err


async def test_skip_invalid_with_nothing_left_is_refused(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("tenant_id,org_number\n1,5564696291\n")
    assert await refused(data, file, skip_invalid=True) == (
        "line 1: name: the column is missing\nnothing was published"
    )


async def test_fields_that_nobody_knows_are_told_and_left_out(
    data: Path, broker: Broker, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "clients.jsonl", client(1, country="SE"), client(2, citty="Lund"))
    await run(data, file)
    assert "as no such field is known: 'citty', 'country'" in capfd.readouterr().err
    assert "country" not in (await published(broker))["1"]


async def test_an_import_adds_to_what_is_there(data: Path, broker: Broker, tmp_path: Path) -> None:
    await run(data, write(tmp_path / "1.jsonl", client(1), client(2)))
    await run(data, write(tmp_path / "2.jsonl", client(2, name="Ny AB"), client(3)))
    now = await published(broker)
    assert set(now) == {"1", "2", "3"}
    assert now["2"]["name"] == "Ny AB"


async def test_replace_deletes_what_the_file_lacks(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    await run(data, write(tmp_path / "1.jsonl", *map(client, range(1, 201))))
    file = write(tmp_path / "2.jsonl", *map(client, range(3, 202)))
    assert await run(data, file, replace=True) == "199 clients published, 2 deleted"
    now = await published(broker)
    assert {key for key, value in now.items() if value is None} == {"1", "2"}
    assert len(now) == 201
    assert DirectoryFile(data, "clients").state()["1"] is None
    # What is deleted already is not deleted again.
    assert await run(data, file, replace=True) == "199 clients published, 0 deleted"


async def test_deleting_over_one_percent_takes_the_number_said_out(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    await run(data, write(tmp_path / "1.jsonl", *map(client, range(1, 201))))
    file = write(tmp_path / "2.jsonl", *map(client, range(4, 201)))
    why = "this would delete 3 of 200 clients: if that is meant, add --confirm-deletes 3"
    assert await refused(data, file, replace=True) == why
    for wrong in (0, 2, 4):
        assert await refused(data, file, replace=True, confirm_deletes=wrong) == why
    assert all((await published(broker)).values())
    assert all(DirectoryFile(data, "clients").state().values())
    said = await run(data, file, replace=True, confirm_deletes=3)
    assert said == "197 clients published, 3 deleted"


async def test_an_empty_file_does_not_replace_everything(data: Path, tmp_path: Path) -> None:
    await run(data, write(tmp_path / "1.jsonl", client(1)))
    empty = write(tmp_path / "2.jsonl")
    assert "this would delete 1 of 1 clients" in await refused(data, empty, replace=True)
    assert await run(data, empty) == "0 clients published"


async def test_replace_needs_a_file_without_bad_lines(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    await run(data, write(tmp_path / "1.jsonl", client(1), client(2)))
    file = write(tmp_path / "2.jsonl", client(1), client(2, name=""))
    said = await refused(data, file, replace=True, skip_invalid=True, confirm_deletes=1)
    assert said.splitlines()[1:] == [
        "--replace needs a file without bad lines",
        "nothing was published",
    ]
    assert all((await published(broker)).values())


async def test_a_named_broker_is_compared_by_its_topic(broker: Broker, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    kafka = broker.bootstrap_servers
    await run(nowhere, write(tmp_path / "1.jsonl", *map(client, range(1, 201))), kafka=kafka)
    file = write(tmp_path / "2.jsonl", *map(client, range(2, 201)))
    said = await run(nowhere, file, kafka=kafka, replace=True)
    assert said == "199 clients published, 1 deleted"
    assert (await published(broker))["1"] is None
    assert not nowhere.exists()
    settings = load(KafkaSettings, **broker.settings)
    assert len(await published_keys(settings, DIRECTORY_CLIENTS, 20)) == 199
    assert await published_keys(settings, DIRECTORY_BUREAUS, 20) == set()


async def test_naming_the_runs_own_broker_keeps_what_it_would_forget(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    await run(data, write(tmp_path / "1.jsonl", client(1)), kafka=broker.bootstrap_servers)
    assert set(DirectoryFile(data, "clients").state()) == {"1"}


async def test_a_folder_where_nothing_runs_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "1.jsonl", client(1))
    said = await refused(tmp_path / "none", file)
    assert said == f"nothing runs in {tmp_path / 'none'}: start `koppla up`, or give --kafka"


async def test_a_file_that_cannot_be_read_is_named(data: Path, tmp_path: Path) -> None:
    said = await refused(data, tmp_path / "none.jsonl")
    assert said == f"{tmp_path / 'none.jsonl'}: No such file or directory"


async def test_a_broker_that_is_away_is_named_and_what_was_kept_is_published_later(
    tmp_path: Path, broker: Broker
) -> None:
    file = write(tmp_path / "1.jsonl", client(1), client(2))
    away = f"127.0.0.1:{free_port()}"
    with DataFolder(tmp_path / "data") as folder:
        folder.write_run({"kafka": away, "embedded_kafka": True})
        said = await refused(folder.path, file, patience=2)
    assert said == (
        f"the broker at {away} did not take it all: KafkaConnectionError; "
        "it is kept, and published when `koppla up` starts next"
    )
    assert await published(broker) == {}
    # What `koppla up` does when it starts.
    kept = DirectoryFile(tmp_path / "data", "clients")
    with kept.locked():
        changes = kept.compact()
        await publish(load(KafkaSettings, **broker.settings), "clients", changes.items())
    assert set(await published(broker)) == {"1", "2"}


async def test_a_broker_that_never_answers_is_given_up(silent: str, tmp_path: Path) -> None:
    file = write(tmp_path / "1.jsonl", client(1))
    for replace in (False, True):
        said = await refused(tmp_path, file, kafka=silent, replace=replace, patience=0.5)
        assert said.startswith(f"the broker at {silent} d")
        assert said.endswith(": TimeoutError")


async def test_a_broker_that_dies_on_the_way_is_given_up(tmp_path: Path) -> None:
    async with EmbeddedKafka(tmp_path / "kafka") as kafka:
        there = Broker(kafka.bootstrap_servers, EMBEDDED_BROKER)
        await there.create_topics()
        acknowledged: list[int] = []
        (broker,) = left_overs.find(tmp_path / "kafka", "tansu")

        def killed(number: int) -> None:
            acknowledged.append(number)
            broker.kill()

        changes = [(str(n), json.dumps(client(n))) for n in range(5000)]
        with pytest.raises((KafkaError, TimeoutError)):
            await publish(
                load(KafkaSettings, **there.settings),
                "clients",
                changes,
                progress=killed,
                patience=1,
            )
        assert acknowledged == [2000]


async def test_an_import_waits_for_the_one_before_it(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    file = write(tmp_path / "1.jsonl", client(1))
    kept = DirectoryFile(data, "clients")
    with kept.locked():
        running = asyncio.create_task(run(data, file))
        other = write(tmp_path / "2.jsonl", {**demo_bureau(), "bureau_id": "b-9"})
        # The other kind is free, and by its end the first has long come to the lock.
        await run(data, other, "bureaus")
        assert kept.is_empty()
        assert await published(broker) == {}
    assert await running == "1 clients published"


def demo_bureau() -> dict[str, Any]:
    return next(demo_data.generate(0, 1, seed=1)[1])


async def command(*arguments: object) -> tuple[int, str, str]:
    """Exit code, output and errors of `koppla import …`."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "koppla", "import", *map(str, arguments)),
        stdout=pipe,
        stderr=pipe,
    )
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def test_the_command_says_what_it_did_and_exits_by_it(
    data: Path, broker: Broker, tmp_path: Path
) -> None:
    good = write(tmp_path / "1.jsonl", client(1))
    bad = write(tmp_path / "2.jsonl", client(2), client(3, city="\x1b"))
    assert await command("clients", good, "--data", data) == (0, "1 clients published\n", "")
    assert await command("clients", bad, "--data", data) == (
        2,
        "",
        "line 2: city: must not hold control characters or line breaks\nnothing was published\n",
    )
    assert await command("clients", bad, "--data", data, "--skip-invalid") == (
        0,
        "1 clients published, 1 bad lines skipped\n",
        "line 2: city: must not hold control characters or line breaks\n",
    )
    assert set(await published(broker)) == {"1", "2"}


async def test_the_command_names_a_broker_that_is_away_in_one_line(tmp_path: Path) -> None:
    file = write(tmp_path / "1.jsonl", client(1))
    away = f"127.0.0.1:{free_port()}"
    code, output, errors = await command("clients", file, "--kafka", away)
    assert (code, output) == (2, "")
    assert errors == f"the broker at {away} did not take it all: KafkaConnectionError\n"


async def test_an_import_killed_while_it_publishes_is_whole_on_disk(
    tmp_path: Path, silent: str
) -> None:
    file = write(tmp_path / "1.jsonl", *map(client, range(1, 301)))
    with DataFolder(tmp_path / "data") as folder:
        folder.write_run({"kafka": silent, "embedded_kafka": True})
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "koppla", "import", "clients", str(file)),
            *("--data", str(folder.path)),
        )
        kept = DirectoryFile(folder.path, "clients")
        # It is on disk before the broker, which never answers, is even asked.
        await until(lambda: len(kept.state()) == 300, what="the journal")
        process.kill()
        await process.wait()
    assert len(kept.compact()) == 300
