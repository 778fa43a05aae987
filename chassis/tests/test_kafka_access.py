"""TLS, certificates, passwords and rights, on an Apache Kafka that asks for all of them."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chassis.app import running
from chassis.kafka import KafkaSettings, ensure_topics
from chassis.kafka_access import check_access
from chassis.settings import SettingError, load
from contracts.topics import SERVICES, TOPICS
from koppla.api.described import services as described
from koppla.issuer import AUDIENCE, ISSUER, DevelopmentIssuer
from koppla.lookout import Lag
from koppla.waiting import until
from tests.support.brokers import APACHE_KAFKA
from tests.support.certificates import Authority
from tests.support.sample import DEAD, NOTES, STATES, Noted, Sample, SampleSettings, build
from tests.support.secured_kafka import Acl, Operation, Resource, SecuredKafka, secured_kafka

pytestmark = pytest.mark.on_apache_kafka

PASSWORDS = {"sample": "hemligt-1", "topics": "hemligt-2", "pages": "hemligt-3"}
_READ, _WRITE = Operation.READ, Operation.WRITE
# As docs/containers.md says of every service.
SERVICE: list[Acl] = [
    (_READ, Resource.TOPIC, NOTES.name),
    (_READ, Resource.TOPIC, STATES.name),
    (_READ, Resource.GROUP, "sample"),
    (_WRITE, Resource.TOPIC, NOTES.name),
    (_WRITE, Resource.TOPIC, DEAD.name),
]
OPERATORS: dict[str, list[Acl]] = {
    "topics": [
        (Operation.CREATE, Resource.CLUSTER, "kafka-cluster"),
        *((Operation.DESCRIBE, Resource.TOPIC, topic.name) for topic in TOPICS),
    ],
    "pages": [
        *((Operation.DESCRIBE, Resource.TOPIC, topic.name) for topic in TOPICS),
        *((Operation.DESCRIBE, Resource.GROUP, name) for name in SERVICES),
    ],
}


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecuredKafka]:
    folder = tmp_path_factory.mktemp("secured")
    async with secured_kafka(folder, PASSWORDS) as secured:
        plain = load(KafkaSettings, kafka=secured.kafka.bootstrap_servers, kafka_replication=1)
        await ensure_topics(plain, (NOTES, STATES, DEAD))
        await secured.allow("User:sample", SERVICE)
        await secured.allow("User:CN=sample", SERVICE)
        for name, acls in OPERATORS.items():
            await secured.allow(f"User:{name}", acls)
        yield secured


async def _says_and_hears(settings: dict[str, Any], url: str, issuer: DevelopmentIssuer) -> None:
    """One event goes from an outbox by the relay to the inbox and the effects of a consumer."""
    identity = {"issuer": ISSUER, "audience": AUDIENCE, "jwks_url": issuer.jwks_url}
    loaded = load(SampleSettings, database_url=url, **identity, **{**APACHE_KAFKA, **settings})
    await check_access(loaded)
    service, sample = build(loaded), Sample(url, loaded)
    transport = httpx.ASGITransport(service.http)
    async with (
        running(service, ("serve", "consume", "relay")),
        httpx.AsyncClient(transport=transport, base_url="http://sample.test") as http,
    ):
        await sample.say(Noted(about="a", text="secured"))
        await until(lambda: sample.column("SELECT text FROM notes"), what="the event")
        assert await sample.column("SELECT text FROM notes") == ["secured"]
        assert len(await sample.column("SELECT event_id FROM inbox")) == 1
        await until(lambda: _is_ready(http), what="the service to be ready")
    await sample.database.close()


async def _is_ready(http: httpx.AsyncClient) -> bool:
    return (await http.get("/readyz")).status_code == 200


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"])
async def test_an_event_goes_from_outbox_to_inbox_by_password(
    secured: SecuredKafka, url: str, issuer: DevelopmentIssuer, mechanism: str
) -> None:
    await _says_and_hears(secured.by_password("sample", "hemligt-1", mechanism), url, issuer)


async def test_an_event_goes_from_outbox_to_inbox_by_certificate(
    secured: SecuredKafka, url: str, issuer: DevelopmentIssuer
) -> None:
    ours = secured.authority.certify("sample")
    await _says_and_hears(secured.by_certificate(ours), url, issuer)


async def test_topics_are_made_and_lag_is_seen_with_few_rights(secured: SecuredKafka) -> None:
    maker = load(KafkaSettings, **secured.by_password("topics", "hemligt-2"))
    assert set(await ensure_topics(maker, TOPICS)) == {topic.name for topic in TOPICS}
    assert await ensure_topics(maker, TOPICS) == []
    lag = Lag(load(KafkaSettings, **secured.by_password("pages", "hemligt-3")), described())
    try:
        assert set((await until(lag.behind, every=0.5, what="the lag")).values()) == {0}
    finally:
        await lag.close()


async def _refusal(settings: dict[str, Any]) -> str:
    with pytest.raises(SettingError) as refused:
        await check_access(load(KafkaSettings, **settings))
    return str(refused.value)


async def test_who_is_refused_is_told_by_which_setting(secured: SecuredKafka) -> None:
    known, stranger = secured.authority.certify("sample"), Authority().certify("sample")
    by_password = secured.by_password("sample", "hemligt-1")
    broker, mutual = by_password["kafka"], secured.by_certificate(known)["kafka"]
    assert await _refusal(secured.by_password("sample", "fel")) == (
        f"KOPPLA_KAFKA_PASSWORD: {broker} refuses it, or knows no such KOPPLA_KAFKA_USER"
    )
    for mechanism in ("SCRAM-SHA-256", "PLAIN"):
        wrong = secured.by_password("sample", "fel", mechanism)
        assert (await _refusal(wrong)).startswith(f"KOPPLA_KAFKA_PASSWORD: {wrong['kafka']} ")
    assert await _refusal({**by_password, "kafka_sasl_mechanism": "PLAIN"}) == (
        f"KOPPLA_KAFKA_SASL_MECHANISM: {broker} does not take PLAIN"
    )
    assert (await _refusal({**by_password, "kafka_ca": Authority("Other").certificate})).startswith(
        f"KOPPLA_KAFKA_CA: the certificate of {broker} is not believed: "
    )
    elsewhere = broker.replace("127.0.0.1", "localhost")
    assert (await _refusal({**by_password, "kafka": elsewhere})).startswith(
        f"KOPPLA_KAFKA: the certificate of {elsewhere} is not believed: "
    )
    assert (await _refusal(secured.by_certificate(stranger))).startswith(
        f"KOPPLA_KAFKA_CLIENT_CERTIFICATE: refused by {mutual}: "
    )
    without = {"kafka_client_certificate": None, "kafka_client_key": None}
    assert (await _refusal(secured.by_certificate(known, **without))).startswith(
        f"KOPPLA_KAFKA_CLIENT_CERTIFICATE: refused by {mutual}: "
    )


_RELAY = (
    "import sys; from chassis.cli import main; from tests.support.sample import *;"
    "sys.exit(main('sample', SampleSettings, build, ['relay', '--port', '0']))"
)
_IDENTITY = {
    "sample_database_url": "postgresql://nobody@127.0.0.1:1/none",
    **{"issuer": ISSUER, "audience": AUDIENCE, "jwks_url": "file:///none"},
}


def _refused_at_start(*command: str, **settings: Any) -> str:
    """The one line of a process that does not start."""
    given = {f"KOPPLA_{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    [line] = done.stderr.splitlines()
    return line


def test_who_is_refused_does_not_start_and_says_why_in_one_line(secured: SecuredKafka) -> None:
    wrong = secured.by_password("sample", "fel")
    said = f"KOPPLA_KAFKA_PASSWORD: {wrong['kafka']} refuses it, or knows no such KOPPLA_KAFKA_USER"
    assert _refused_at_start("-m", "koppla", "topics", **wrong) == said
    assert _refused_at_start("-c", _RELAY, **_IDENTITY, **wrong) == said
    stranger = secured.by_certificate(Authority().certify("sample"))
    refused = f"KOPPLA_KAFKA_CLIENT_CERTIFICATE: refused by {stranger['kafka']}: "
    assert _refused_at_start("-c", _RELAY, **_IDENTITY, **stranger).startswith(refused)
