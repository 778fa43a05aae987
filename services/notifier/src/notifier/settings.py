"""What the notifier can be told from outside."""

from datetime import timedelta
from email.headerregistry import Address
from email.utils import getaddresses
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, TypeAdapter, ValidationError, field_validator

from chassis.auth import AuthSettings
from chassis.database import DatabaseSettings
from chassis.kafka import KafkaSettings
from chassis.settings import Duration
from contracts.fields import Email, Name, plain_text
from contracts.link_token import LinkKeys
from notifier.smtp_server import SmtpServer


class NotifierSettings(DatabaseSettings, KafkaSettings, AuthSettings):
    """smtp_url: see `SmtpServer.parse`. mail_from: one address, `Koppla <no-reply@example.se>`.

    public_url: base of the links in mails, without a trailing slash. link_keys:
    `id:secret,id:secret`. mail_connections: to the mail server, at most. mail_retry_first: the
    wait after a mail's first failure that may pass; it doubles up to an hour. support_email:
    customer service, whom every mail then names; without it they say customer service only.
    """

    database_url: SecretStr = Field(validation_alias="KOPPLA_NOTIFIER_DATABASE_URL")
    owner_database_url: SecretStr | None = Field(
        default=None, validation_alias="KOPPLA_NOTIFIER_OWNER_DATABASE_URL"
    )
    smtp_url: SecretStr
    mail_from: str
    public_url: str
    link_keys: SecretStr
    mail_connections: int = Field(default=4, ge=1, le=100)
    mail_retry_first: Duration = timedelta(seconds=30)
    support_email: Email | None = None

    @field_validator("smtp_url")
    @classmethod
    def _is_server(cls, value: SecretStr) -> SecretStr:
        SmtpServer.parse(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_sender(cls, value: str) -> str:
        _address(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _is_base(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be an http or https URL")
        if value.endswith("/") or parts.query or parts.fragment:
            raise ValueError("must end without a slash, a query or a fragment")
        return value

    @field_validator("link_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        LinkKeys.parse(value.get_secret_value())
        return value

    @field_validator("mail_retry_first")
    @classmethod
    def _is_positive(cls, value: timedelta) -> timedelta:
        if not timedelta(0) < value <= timedelta(hours=1):
            raise ValueError("must be between 1s and 1h")
        return value

    def server(self) -> SmtpServer:
        return SmtpServer.parse(self.smtp_url.get_secret_value())

    def sender(self) -> Address:
        return _address(self.mail_from)

    def keys(self) -> LinkKeys:
        return LinkKeys.parse(self.link_keys.get_secret_value())


def _address(text: str) -> Address:
    """One address with or without a display name; ValueError when it is not."""
    try:
        [(name, address)] = getaddresses([plain_text(text)])
        TypeAdapter(Email).validate_python(address)
        if name:
            TypeAdapter(Name).validate_python(name)
    except (ValueError, ValidationError):
        raise ValueError("must be one mail address, as in Koppla <no-reply@example.se>") from None
    if not address.isascii():
        raise ValueError("must be an ASCII address")
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)
