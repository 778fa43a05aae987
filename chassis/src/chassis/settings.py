"""Settings: from the environment, prefix `KOPPLA_`, checked once at start, passed on as values.

`KOPPLA_LINK_KEYS_FILE` names a file whose content is the value of `KOPPLA_LINK_KEYS`, and so for
each: a container's secrets stand in no environment that `inspect` or a crash report shows.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

PREFIX = "KOPPLA_"
FILE = "_FILE"
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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Environment(settings_cls)


class _Environment(EnvSettingsSource):
    """The environment, with the content of files that it names in the place of values."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        # Names are not told apart by case, and come here in small letters.
        read = {
            name.lower(): content
            for field in self.settings_cls.model_fields
            if (content := _content(name := _name_of(self.settings_cls, field))) is not None
        }
        return {**super()._load_env_vars(), **read}


def is_given(name: str) -> bool:
    """Whether the environment gives a setting, as `KOPPLA_…` by value or by file."""
    return bool(os.environ.get(name) or os.environ.get(name + FILE))


def secret(name: str) -> str | None:
    """A secret that is no service's setting, by value or by file; None where it is not given.

    Raises SettingError.
    """
    return _content(name) or os.environ.get(name) or None


def _content(name: str) -> str | None:
    """What the file holds that stands for a setting, without line feeds at its end."""
    path = os.environ.get(name + FILE)
    if path is None:
        return None
    if name in os.environ:
        raise SettingError(f"{name}: is given twice, the other time by {name}{FILE}")
    try:
        return Path(path).read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise SettingError(f"{name}{FILE}: can't read {path!r}: {error.strerror}") from None
    except ValueError:
        raise SettingError(f"{name}{FILE}: {path!r} is no text in UTF-8") from None


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


def _name_of(settings: type[BaseSettings], field: str) -> str:
    about = settings.model_fields.get(field)
    alias = about.validation_alias if about else None
    return alias if isinstance(alias, str) else PREFIX + field.upper()
