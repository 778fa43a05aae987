"""Whether the brokers let us in, asked once before anything is started.

aiokafka's clients say of a broker that refuses them what they say of one that is away, and go on
trying; why stands in a log line of each try.
"""

import asyncio
import ssl
from collections.abc import Iterator

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from chassis.kafka import KafkaSettings
from chassis.settings import SettingError

_PATIENCE = 5.0
_HOSTNAME_MISMATCH = 62  # X509_V_ERR_HOSTNAME_MISMATCH


async def check_access(settings: KafkaSettings) -> None:
    """Raises SettingError where no broker lets us in and one says why: a certificate, a user, a
    password. One that is away is no setting's fault, and whoever needs it waits for it."""
    if not settings.is_known_to_the_broker:
        return
    refused: str | None = None
    for host, port, _ in collect_hosts(settings.kafka):
        try:
            async with asyncio.timeout(_PATIENCE):
                connection = await create_conn(host, port, **settings.security())
        except (OSError, KafkaError, TimeoutError) as error:
            refused = refused or _refusal(error, f"{host}:{port}", settings)
        else:
            connection.close()
            return
    if refused is not None:
        raise SettingError(refused)


def _refusal(error: BaseException, broker: str, settings: KafkaSettings) -> str | None:
    """Which setting is wrong, in one line; None where the broker is away."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return _refused_by_tls(cause, broker)
        if isinstance(cause, SaslAuthenticationFailed):
            return f"KOPPLA_KAFKA_PASSWORD: {broker} refuses it, or knows no such KOPPLA_KAFKA_USER"
        if isinstance(cause, UnsupportedSaslMechanismError):
            mechanism = settings.kafka_sasl_mechanism
            return f"KOPPLA_KAFKA_SASL_MECHANISM: {broker} does not take {mechanism}"
        if isinstance(cause, IllegalSaslStateError):
            return f"KOPPLA_KAFKA_SASL_MECHANISM: {broker} takes no user and password"
    return None


def _refused_by_tls(error: ssl.SSLError, broker: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        name = "KOPPLA_KAFKA" if error.verify_code == _HOSTNAME_MISMATCH else "KOPPLA_KAFKA_CA"
        return f"{name}: the certificate of {broker} is not believed: {error.verify_message}"
    reason = error.reason or type(error).__name__
    if "ALERT" in reason and ("CERTIFICATE" in reason or "CA" in reason.split("_")):
        return f"KOPPLA_KAFKA_CLIENT_CERTIFICATE: refused by {broker}: {reason}"
    return f"KOPPLA_KAFKA_SECURITY: no TLS with {broker}: {reason}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
