"""How the broker knows us: what is refused as nonsense, and that no secret is shown."""

import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from faststream.kafka.security import parse_security

from chassis.kafka import KafkaSettings
from chassis.kafka_access import check_access
from chassis.settings import SettingError, load
from chassis.subscription import security
from tests.support.certificates import Authority

AUTHORITY = Authority()
OURS = AUTHORITY.certify("search")
TLS = {"kafka_security": "tls", "kafka_ca": AUTHORITY.certificate}
MUTUAL = {**TLS, "kafka_client_certificate": OURS.certificate, "kafka_client_key": OURS.key}
SCRAM = {
    "kafka_sasl_mechanism": "SCRAM-SHA-512",
    "kafka_user": "search",
    "kafka_password": "hemligt",
}


def _loaded(**given: Any) -> KafkaSettings:
    return load(KafkaSettings, kafka="a:1", **given)


def test_without_a_word_it_is_plaintext() -> None:
    settings = _loaded()
    assert settings.connection() == {"bootstrap_servers": "a:1", "security_protocol": "PLAINTEXT"}
    assert not settings.is_known_to_the_broker


@pytest.mark.parametrize(
    ("given", "protocol"),
    [
        (TLS, "SSL"),
        (MUTUAL, "SSL"),
        ({**TLS, **SCRAM}, "SASL_SSL"),
        ({**TLS, **SCRAM, "kafka_sasl_mechanism": "PLAIN"}, "SASL_SSL"),
        ({**MUTUAL, **SCRAM, "kafka_sasl_mechanism": "SCRAM-SHA-256"}, "SASL_SSL"),
        (SCRAM, "SASL_PLAINTEXT"),
    ],
)
def test_faststream_is_told_the_same_as_every_other_client(
    given: dict[str, Any], protocol: str
) -> None:
    settings = _loaded(**given)
    said, faststream = settings.security(), parse_security(security(settings))
    contexts = said.pop("ssl_context", None), faststream.pop("ssl_context")
    assert said == faststream
    assert said["security_protocol"] == protocol
    assert settings.is_known_to_the_broker
    for context in contexts if given.get("kafka_security") == "tls" else ():
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"kafka_security": "ssl"}, "SECURITY: Input should be 'plaintext' or 'tls'"),
    ({"kafka_ca": AUTHORITY.certificate}, "CA: needs KOPPLA_KAFKA_SECURITY=tls"),
    ({**TLS, "kafka_ca": "none"}, "CA: holds no certificate in PEM"),
    ({**TLS, "kafka_ca": OURS.key}, "CA: holds no certificate in PEM"),
    (
        {"kafka_client_certificate": OURS.certificate},
        "CLIENT_CERTIFICATE: needs KOPPLA_KAFKA_SECURITY=tls",
    ),
    (
        {**MUTUAL, "kafka_client_key": ""},
        "CLIENT_KEY: is missing, and needed with KOPPLA_KAFKA_CLIENT_CERTIFICATE",
    ),
    (
        {**TLS, "kafka_client_key": OURS.key},
        "CLIENT_KEY: is of no use without KOPPLA_KAFKA_CLIENT_CERTIFICATE",
    ),
    *(
        (
            {**MUTUAL, "kafka_client_key": key},
            "CLIENT_KEY: is no key in PEM that is not encrypted and fits"
            " KOPPLA_KAFKA_CLIENT_CERTIFICATE",
        )
        for key in ("none", AUTHORITY.certify("other").key, AUTHORITY.encrypted_key("hemligt"))
    ),
    (
        {**SCRAM, "kafka_sasl_mechanism": "GSSAPI"},
        "SASL_MECHANISM: Input should be 'PLAIN', 'SCRAM-SHA-256' or 'SCRAM-SHA-512'",
    ),
    (
        {**SCRAM, "kafka_sasl_mechanism": "PLAIN"},
        "SASL_MECHANISM: needs KOPPLA_KAFKA_SECURITY=tls",
    ),
    (
        {**SCRAM, "kafka_sasl_mechanism": None},
        "USER: is of no use without KOPPLA_KAFKA_SASL_MECHANISM",
    ),
    ({**SCRAM, "kafka_user": ""}, "USER: is missing, and needed with KOPPLA_KAFKA_SASL_MECHANISM"),
    (
        {**SCRAM, "kafka_password": ""},
        "PASSWORD: is missing, and needed with KOPPLA_KAFKA_USER",
    ),
    ({"kafka_password": "hemligt"}, "PASSWORD: is of no use without KOPPLA_KAFKA_USER"),
]


@pytest.mark.parametrize(("given", "line"), NONSENSE, ids=[line for _, line in NONSENSE])
def test_nonsense_is_one_line_that_names_the_setting(given: dict[str, Any], line: str) -> None:
    with pytest.raises(SettingError) as refused:
        _loaded(**given)
    assert str(refused.value) == f"KOPPLA_KAFKA_{line}"


def test_what_nobody_has_set_may_come_as_an_empty_text_or_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("\n")
    for name in ("SECURITY", "SASL_MECHANISM", "USER"):
        monkeypatch.setenv(f"KOPPLA_KAFKA_{name}", "")
    for name in ("CA", "CLIENT_CERTIFICATE", "CLIENT_KEY", "PASSWORD"):
        monkeypatch.setenv(f"KOPPLA_KAFKA_{name}_FILE", str(tmp_path / "empty"))
    assert _loaded().connection() == {"bootstrap_servers": "a:1", "security_protocol": "PLAINTEXT"}


def test_certificates_keys_and_passwords_come_by_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {**MUTUAL, **SCRAM}.items():
        (tmp_path / name).write_text(f"{value}\n")
        monkeypatch.setenv(f"KOPPLA_{name.upper()}_FILE", str(tmp_path / name))
    assert _loaded().security()["sasl_plain_password"] == "hemligt"


def test_no_secret_is_shown() -> None:
    settings = _loaded(**MUTUAL, **SCRAM)
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "hemligt" not in shown
    assert "PRIVATE KEY" not in shown


def test_no_request_is_logged_since_one_of_them_is_the_password() -> None:
    asked = (
        "import logging, sys; from chassis.telemetry import configure_logging;"
        "configure_logging('DEBUG');"
        "sys.exit(logging.getLogger('aiokafka.conn').isEnabledFor(logging.DEBUG))"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


async def test_a_broker_that_is_away_is_no_setting_s_fault() -> None:
    await check_access(load(KafkaSettings, kafka="127.0.0.1:1", **TLS, **SCRAM))
