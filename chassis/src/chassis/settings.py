"""Settings: from the environment, prefix `KOPPLA_`, checked once at start, passed on as values."""

import re
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

PREFIX = "KOPPLA_"
_UNITS = {"h": "hours", "m": "minutes", "s": "seconds"}


class SettingError(Exception):
    """A setting is missing or wrong: one line that names it and never shows its value."""


def _duration(value: object) -> object:
    if isinstance(value, str):
        match = re.fullmatch(r"([0-9]{1,9})([hms])", value, re.ASCII)
        if match is None:
            raise ValueError("must be a whole number and h, m or s, for example 168h")
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A length of time, written as a whole number and h, m or s: `168h`, `30s`."""


class Settings(BaseSettings):
    """The base of all settings classes: field `link_ttl` is `KOPPLA_LINK_TTL`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        populate_by_name=True,
        extra="ignore",
        hide_input_in_errors=True,
        frozen=True,
    )


S = TypeVar("S", bound=Settings)


def load(settings: type[S], **given: Any) -> S:
    """The settings from the environment, with `given` above it.

    Raises SettingError with one line for the first setting that is missing or wrong.
    """
    try:
        return settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = first["loc"][0] if first["loc"] else "settings"
        name = str(place).upper()
        name = name if name.startswith(PREFIX) else PREFIX + name
        reason = "is missing" if first["type"] == "missing" else first["msg"]
        raise SettingError(f"{name}: {reason.removeprefix('Value error, ')}") from None
    except SettingsError as error:
        # A list or a table, which is read as JSON; pydantic-settings says only the field's name.
        found = re.search(r'field "(\w+)"', str(error))
        name = _name_of(settings, found[1] if found else "settings")
        raise SettingError(f"{name}: is not valid JSON") from None


def _name_of(settings: type[Settings], field: str) -> str:
    about = settings.model_fields.get(field)
    alias = about.validation_alias if about else None
    return alias if isinstance(alias, str) else PREFIX + field.upper()
