"""What the activation service can be told from outside."""

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from activation.sign_in_token import SignInKeys
from chassis.auth import AuthSettings
from chassis.database import DatabaseSettings
from chassis.kafka import KafkaSettings
from chassis.settings import Duration


class ActivationSettings(DatabaseSettings, KafkaSettings, AuthSettings):
    """platform_url: where a sign-in goes, with `?token=`. sign_in_keys: `id:base64,id:base64`."""

    database_url: SecretStr = Field(validation_alias="KOPPLA_ACTIVATION_DATABASE_URL")
    owner_database_url: SecretStr | None = Field(
        default=None, validation_alias="KOPPLA_ACTIVATION_OWNER_DATABASE_URL"
    )
    platform_url: str
    sign_in_keys: SecretStr
    sign_in_ttl: Duration = Field(default=timedelta(seconds=60), gt=timedelta(0))

    @field_validator("platform_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.fragment:
            raise ValueError("must be an https or http URL without a fragment")
        return value

    @field_validator("sign_in_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        SignInKeys.parse(value.get_secret_value())
        return value
