"""The four services as this process builds them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chassis.app import Service
from chassis.database import DatabaseSettings


@dataclass(frozen=True, slots=True)
class Kind:
    """name, settings class, and how a service is built from settings."""

    name: str
    settings: type[DatabaseSettings]
    build: Callable[[Any], Service]


def kinds() -> tuple[Kind, ...]:
    """In the order of their start. Imported here, so that other commands don't pay for it."""
    import activation.app
    import activation.settings
    import linking.app
    import linking.settings
    import notifier.app
    import notifier.settings
    import search.app
    import search.settings

    return (
        Kind("search", search.settings.SearchSettings, search.app.build),
        Kind("linking", linking.settings.LinkingSettings, linking.app.build),
        Kind("notifier", notifier.settings.NotifierSettings, notifier.app.build),
        Kind("activation", activation.settings.ActivationSettings, activation.app.build),
    )
