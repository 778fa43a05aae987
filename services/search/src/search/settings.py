"""What the search service can be told from outside."""

from datetime import timedelta

from pydantic import Field, SecretStr

from chassis.auth import AuthSettings
from chassis.database import DatabaseSettings
from chassis.kafka import KafkaSettings
from chassis.rates import Rate, RateSetting


class SearchSettings(DatabaseSettings, KafkaSettings, AuthSettings):
    """rate_searches: of each user, by each replica for itself; see docs/limits.md."""

    database_url: SecretStr = Field(validation_alias="KOPPLA_SEARCH_DATABASE_URL")
    owner_database_url: SecretStr | None = Field(
        default=None, validation_alias="KOPPLA_SEARCH_OWNER_DATABASE_URL"
    )
    rate_searches: RateSetting = Rate(1200, timedelta(minutes=5))
