"""Apache Kafka without containers: one node, KRaft, from the jars that Maven brings."""

from __future__ import annotations

import signal
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from koppla.embedded.kafka import answers
from koppla.embedded.ports import free_port
from koppla.embedded.processes import Child, NotStarted, spawn
from koppla.waiting import until
from tests.support.kafka_jars import jars, tool

_READY = 120  # seconds
# Serial collector and first compiler only: half the memory and half the start of the defaults.
_JAVA = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c{1}: %m%n
"""


class ApacheKafka:
    """`async with ApacheKafka(folder) as kafka:` is ready when its admin API answers.

    Its data lie in `data_dir`; `port` 0 chooses a free one. Ports stay the same through `restart`.
    listeners: more of them, the protocol of each by its name. passwords: of both kinds of SCRAM, by
    user. Raises NotStarted.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        *,
        listeners: Mapping[str, str] | None = None,
        passwords: Mapping[str, str] | None = None,
        **properties: str,
    ) -> None:
        self._listeners = {name: (kind, free_port()) for name, kind in (listeners or {}).items()}
        self._passwords = passwords or {}
        self._more = {name.replace("_", "."): value for name, value in properties.items()}
        self._dir = data_dir.resolve()
        self._child: Child | None = None
        self._jars = Path()
        self.port = port or free_port()
        self._controller = free_port()

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    def address(self, listener: str) -> str:
        """Bootstrap servers of one of `listeners`."""
        return f"127.0.0.1:{self._listeners[listener][1]}"

    async def __aenter__(self) -> Self:
        self._dir.mkdir(parents=True, exist_ok=True)
        self._jars = await jars()
        (self._dir / "server.properties").write_text(self._properties())
        (self._dir / "log4j2.properties").write_text(_LOGGING)
        if not (self._dir / "data" / "meta.properties").exists():
            await self._format()
        await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop in order; SIGKILL after 20 s."""
        if self._child is not None:
            await self._child.stop((signal.SIGTERM, 20))

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._child is not None:
            await self._child.stop()

    async def restart(self) -> None:
        """Stop it where it still runs, and start it on the same ports and data."""
        await self.stop()
        await self._start()

    async def _start(self) -> None:
        self._child = await self._java("kafka.Kafka", "server.properties")
        try:
            await until(self._ready, _READY, every=0.1, what="Apache Kafka to be ready")
        except BaseException:
            await self.kill()
            raise

    async def _format(self) -> None:
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # One argument: an identity may begin with a dash, which would be read as an option.
        named = f"--cluster-id={cluster_id}"
        users = (
            f"--add-scram={kind}=[name={user},password={password}]"
            for user, password in self._passwords.items()
            for kind in ("SCRAM-SHA-256", "SCRAM-SHA-512")
        )
        arguments = ("format", "--standalone", named, "-c", "server.properties", *users)
        child = await self._java("kafka.tools.StorageTool", *arguments)
        try:
            code = await child.wait()
        finally:
            await child.stop()
        if code != 0:
            raise self._failure(child)

    async def _java(self, main: str, *arguments: str) -> Child:
        logging = f"-Dlog4j2.configurationFile={self._dir / 'log4j2.properties'}"
        argv = [tool("java"), *_JAVA, logging, "-cp", f"{self._jars}/*", main]
        return await spawn([*argv, *arguments], cwd=self._dir, log=self._dir / "kafka.log")

    async def _ready(self) -> bool:
        if self._child is not None and self._child.returncode is not None:
            raise self._failure(self._child)
        if not await answers(self.port):
            return False
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
        try:
            await admin.start()
            return bool((await admin.describe_cluster())["brokers"])
        except KafkaError:
            return False
        finally:
            await admin.close()

    def _failure(self, child: Child) -> NotStarted:
        return NotStarted(f"Apache Kafka failed: {child.last_words()} (log: {child.log})")

    def _properties(self) -> str:
        # After a kill -9 a node may register again only once its old session has run out, which
        # with the defaults (9 s) made a restart take 14 s.
        more = [f"{name}://{self.address(name)}" for name in self._listeners]
        listening = ",".join([f"PLAINTEXT://{self.bootstrap_servers}", *more])
        protocols = [f"{name}:{protocol}" for name, (protocol, _) in self._listeners.items()]
        return f"""\
process.roles=broker,controller
node.id=1
listeners={listening},CONTROLLER://127.0.0.1:{self._controller}
advertised.listeners={listening}
listener.security.protocol.map={",".join(["PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT", *protocols])}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{self._controller}
log.dirs={self._dir / "data"}
num.partitions=6
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=6
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.cleaner.dedupe.buffer.size=16777216
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
num.network.threads=2
num.io.threads=4
""" + "".join(f"{name}={value}\n" for name, value in self._more.items())
