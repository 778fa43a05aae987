"""How the broker knows us, and we it: TLS with or without a certificate of ours, SASL."""

import ssl
from collections.abc import Callable
from contextlib import suppress
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator

from chassis.settings import Settings

# Compose gives what nobody has set as an empty text, and an empty file for a secret.
_NoneIfEmpty = BeforeValidator(lambda value: None if value == "" else value)
_Text = Annotated[str | None, _NoneIfEmpty]
_Secret = Annotated[SecretStr | None, _NoneIfEmpty]
_Security = Annotated[
    Literal["plaintext", "tls"], BeforeValidator(lambda value: value or "plaintext")
]
_Mechanism = Annotated[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None, _NoneIfEmpty]


class KafkaSecuritySettings(Settings):
    """kafka_security: plaintext, or tls, where the broker's certificate must be good for the name
    that we call it by. kafka_ca: the authorities that may sign it, in PEM; None for the system's.
    kafka_client_certificate, kafka_client_key: ours, in PEM and not encrypted, where the broker
    asks for one. kafka_sasl_mechanism, kafka_user, kafka_password: all three, or none of them.

    Long values come by file, as every setting may: `KOPPLA_KAFKA_CA_FILE`.
    """

    kafka_security: _Security = "plaintext"
    kafka_ca: _Text = Field(default=None, validate_default=True)
    kafka_client_certificate: _Text = Field(default=None, validate_default=True)
    kafka_client_key: _Secret = Field(default=None, validate_default=True)
    kafka_sasl_mechanism: _Mechanism = Field(default=None, validate_default=True)
    kafka_user: _Text = Field(default=None, validate_default=True)
    kafka_password: _Secret = Field(default=None, validate_default=True)

    @field_validator("kafka_ca")
    @classmethod
    def _are_authorities(cls, value: str | None, info: ValidationInfo) -> str | None:
        _needs(value, info, "kafka_security", "tls")
        if value is not None:
            _or_say("holds no certificate in PEM", lambda: _context(value, None, None))
        return value

    @field_validator("kafka_client_certificate")
    @classmethod
    def _is_of_tls(cls, value: str | None, info: ValidationInfo) -> str | None:
        _needs(value, info, "kafka_security", "tls")
        return value

    @field_validator("kafka_client_key")
    @classmethod
    def _is_the_certificate_s(cls, value: SecretStr | None, info: ValidationInfo) -> Any:
        certificate = info.data.get("kafka_client_certificate")
        _goes_with(value, certificate, "KOPPLA_KAFKA_CLIENT_CERTIFICATE")
        if value is not None:
            _or_say(
                "is no key in PEM that is not encrypted and fits KOPPLA_KAFKA_CLIENT_CERTIFICATE",
                lambda: _context(info.data.get("kafka_ca"), certificate, value),
            )
        return value

    @field_validator("kafka_sasl_mechanism")
    @classmethod
    def _keeps_the_password(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value == "PLAIN":
            # It would be read by whoever listens on the way.
            _needs(value, info, "kafka_security", "tls")
        return value

    @field_validator("kafka_user")
    @classmethod
    def _is_of_sasl(cls, value: str | None, info: ValidationInfo) -> str | None:
        _goes_with(value, info.data.get("kafka_sasl_mechanism"), "KOPPLA_KAFKA_SASL_MECHANISM")
        return value

    @field_validator("kafka_password")
    @classmethod
    def _is_a_user_s(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _goes_with(value, info.data.get("kafka_user"), "KOPPLA_KAFKA_USER")
        return value

    @property
    def is_known_to_the_broker(self) -> bool:
        """Whether there is anything by which one side could refuse the other."""
        return self.kafka_security == "tls" or self.kafka_sasl_mechanism is not None

    def security(self) -> dict[str, Any]:
        """What each of aiokafka's clients takes beside the addresses."""
        secured = self.kafka_security == "tls"
        said: dict[str, Any] = {"security_protocol": "SSL" if secured else "PLAINTEXT"}
        if secured:
            said["ssl_context"] = _context(
                self.kafka_ca, self.kafka_client_certificate, self.kafka_client_key
            )
        if self.kafka_sasl_mechanism is not None and self.kafka_password is not None:
            said |= {
                "security_protocol": "SASL_SSL" if secured else "SASL_PLAINTEXT",
                "sasl_mechanism": self.kafka_sasl_mechanism,
                "sasl_plain_username": self.kafka_user,
                "sasl_plain_password": self.kafka_password.get_secret_value(),
            }
        return said


def _needs(value: object, info: ValidationInfo, field: str, wanted: str) -> None:
    if value is not None and info.data.get(field) != wanted:
        raise ValueError(f"needs KOPPLA_{field.upper()}={wanted}")


def _goes_with(value: object, other: object, name: str) -> None:
    if value is not None and other is None:
        raise ValueError(f"is of no use without {name}")
    if value is None and other is not None:
        raise ValueError(f"is missing, and needed with {name}")


def _or_say(wrong: str, work: Callable[[], object]) -> None:
    """Its own words would be a number of OpenSSL's, or show what was given."""
    with suppress(ssl.SSLError, ValueError):
        work()
        return
    raise ValueError(wrong)


def _context(authorities: str | None, certificate: str | None, key: SecretStr | None) -> Any:
    """Checks the broker's name and certificate, both always. Raises ssl.SSLError."""
    context = ssl.create_default_context(cadata=authorities)
    if certificate is not None and key is not None:
        # OpenSSL takes these by path only: a file of ours alone (0600), gone when it is read.
        with NamedTemporaryFile("w", encoding="utf-8", suffix=".pem") as file:
            file.write(f"{certificate}\n{key.get_secret_value()}\n")
            file.flush()
            # A password, or OpenSSL would ask the terminal for that of an encrypted key.
            context.load_cert_chain(file.name, password="")
    return context
