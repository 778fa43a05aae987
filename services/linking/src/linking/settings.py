"""What the linking service can be told from outside."""

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from chassis.auth import AuthSettings
from chassis.client_address import ProxySettings
from chassis.database import DatabaseSettings
from chassis.kafka import KafkaSettings
from chassis.settings import Duration
from contracts.fields import Email
from contracts.link_token import LinkKeys
from linking.limits import LimitSettings


class LinkingSettings(DatabaseSettings, KafkaSettings, AuthSettings, ProxySettings, LimitSettings):
    """public_url: where people reach us, without a trailing slash. link_ttl: how long a sending's
    links are good (R26). reminder_before: how long before their end nobody's answer is reminded of;
    0s for never (D3). link_keys: `id:secret,id:secret`, see contracts.link_token. support_email:
    customer service: where signed paper forms go, printed on them, and whom the link pages name;
    without it they say customer service only."""

    database_url: SecretStr = Field(validation_alias="KOPPLA_LINKING_DATABASE_URL")
    owner_database_url: SecretStr | None = Field(
        default=None, validation_alias="KOPPLA_LINKING_OWNER_DATABASE_URL"
    )
    public_url: str
    link_ttl: Duration = timedelta(hours=168)
    reminder_before: Duration = timedelta(hours=24)
    link_keys: SecretStr
    support_email: Email | None = None

    @field_validator("public_url")
    @classmethod
    def _is_base(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be an http or https URL")
        if value.endswith("/") or parts.query or parts.fragment:
            raise ValueError("must end without a slash, a query or a fragment")
        return value

    @field_validator("link_ttl")
    @classmethod
    def _is_positive(cls, value: timedelta) -> timedelta:
        if not timedelta(0) < value <= timedelta(days=366):
            raise ValueError("must be between 1s and 366 days")
        return value

    @field_validator("link_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        LinkKeys.parse(value.get_secret_value())
        return value

    def keys(self) -> LinkKeys:
        return LinkKeys.parse(self.link_keys.get_secret_value())
