"""An Apache Kafka that knows who calls, by password or by certificate, and allows each little."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest

from tests.support.apache_kafka import ApacheKafka
from tests.support.certificates import Authority, Certified

_LITERAL, _ALLOW = 3, 3


class Resource(IntEnum):
    """As in Kafka's ResourceType."""

    TOPIC = 2
    GROUP = 3
    CLUSTER = 4


class Operation(IntEnum):
    """As in Kafka's AclOperation."""

    READ = 3
    WRITE = 4
    CREATE = 5
    DESCRIBE = 8


Acl = tuple[Operation, Resource, str]


@dataclass
class SecuredKafka:
    """kafka: its PLAINTEXT listener is the tests' own, and may do everything."""

    kafka: ApacheKafka
    authority: Authority

    def by_password(
        self, user: str, password: str, mechanism: str = "SCRAM-SHA-512", **given: Any
    ) -> dict[str, Any]:
        """Settings of a client on the listener with TLS that takes this mechanism."""
        return {
            "kafka": self.kafka.address("PLAIN" if mechanism == "PLAIN" else "SCRAM"),
            "kafka_security": "tls",
            "kafka_ca": self.authority.certificate,
            "kafka_sasl_mechanism": mechanism,
            "kafka_user": user,
            "kafka_password": password,
            "kafka_replication": 1,
            **given,
        }

    def by_certificate(self, ours: Certified, **given: Any) -> dict[str, Any]:
        """Settings of a client on the listener that asks for its certificate."""
        return {
            "kafka": self.kafka.address("MUTUAL"),
            "kafka_security": "tls",
            "kafka_ca": self.authority.certificate,
            "kafka_client_certificate": ours.certificate,
            "kafka_client_key": ours.key,
            "kafka_replication": 1,
            **given,
        }

    async def allow(self, principal: str, acls: Collection[Acl]) -> None:
        """principal: `User:NAME`, or `User:CN=NAME` of a certificate."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.bootstrap_servers)
        await admin.start()
        try:
            for operation, resource, name in acls:
                answer = await admin._send_to_controller(
                    CreateAclsRequest(resource, name, _LITERAL, principal, "*", operation, _ALLOW)
                )
                [(code, message)] = answer.creation_responses
                assert code == 0, message
        finally:
            await admin.close()


@asynccontextmanager
async def secured_kafka(folder: Path, passwords: dict[str, str]) -> AsyncIterator[SecuredKafka]:
    """passwords: by user."""
    authority = Authority()
    ours, trusted = _stores(folder, authority)
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    users = " ".join(f'user_{user}="{password}"' for user, password in passwords.items())
    properties = {
        "listener.name.scram.sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.scram.scram-sha-256.sasl.jaas.config": scram,
        "listener.name.scram.scram-sha-512.sasl.jaas.config": scram,
        "listener.name.plain.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.plain.plain.sasl.jaas.config": f"{plain} {users};",
        "listener.name.mutual.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(ours),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(trusted),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
    listeners = {"SCRAM": "SASL_SSL", "PLAIN": "SASL_SSL", "MUTUAL": "SSL"}
    async with ApacheKafka(
        folder / "kafka", 0, listeners=listeners, passwords=passwords, **properties
    ) as kafka:
        yield SecuredKafka(kafka, authority)


def _stores(folder: Path, authority: Authority) -> tuple[Path, Path]:
    """The broker's key and certificate, and whom it believes."""
    broker = authority.certify("broker", "broker.example")
    ours, trusted = folder / "broker.pem", folder / "authority.pem"
    ours.write_text(broker.key + broker.certificate)
    trusted.write_text(authority.certificate)
    return ours, trusted
