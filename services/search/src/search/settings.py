"""What the search service can be told from outside."""

from pydantic import Field, SecretStr

from chassis.auth import AuthSettings
from chassis.database import DatabaseSettings
from chassis.kafka import KafkaSettings


class SearchSettings(DatabaseSettings, KafkaSettings, AuthSettings):
    database_url: SecretStr = Field(validation_alias="KOPPLA_SEARCH_DATABASE_URL")
    owner_database_url: SecretStr | None = Field(
        default=None, validation_alias="KOPPLA_SEARCH_OWNER_DATABASE_URL"
    )
