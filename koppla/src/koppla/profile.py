"""What the services are told when one process runs them all: environment first, then defaults.

Secrets that the environment does not give are made once and kept in the data folder.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.kafka_security import KafkaSecuritySettings
from chassis.settings import SettingError, is_given
from koppla.issuer import AUDIENCE, ISSUER, DevelopmentIssuer

SERVICES = ("search", "linking", "notifier", "activation")
EMBEDDED_KAFKA: dict[str, Any] = {
    # It listens on this machine alone, and takes neither TLS nor passwords.
    **dict.fromkeys(KafkaSecuritySettings.model_fields),
    "kafka_idempotence": False,
    "outbox_purge": False,
    "kafka_groups": False,
    "kafka_replication": 1,
    "kafka_partitions": 1,
    "consumer_fetch_wait_ms": 20,
    "consumer_rest_ms": 1500,
}
"""What the embedded broker can't do or does dearly: docs/decisions/0002."""
_REAL_ISSUER = ("KOPPLA_JWKS_URL", "KOPPLA_ISSUER")
_KEYS = ("link_keys", "sign_in_keys", "portal_keys")


def names_a_real_issuer() -> bool:
    """Whether the environment names an issuer of its own; then ours signs nothing."""
    return any(map(is_given, _REAL_ISSUER))


def check_real_issuer(smtp: str | None) -> None:
    """Raises SettingError where people who are real would meet what is for development only: the
    played platform, and an inbox in which anybody reads their mails. smtp: the server named."""
    if not names_a_real_issuer():
        return
    given = {"KOPPLA_PLATFORM_URL": is_given("KOPPLA_PLATFORM_URL"), "KOPPLA_SMTP_URL": bool(smtp)}
    for missing in (name for name, is_there in given.items() if not is_there):
        raise SettingError(f"{missing}: is missing, and needed with an issuer of one's own")


@dataclass(frozen=True, slots=True)
class Attached:
    """What was started or named. embedded_kafka: it is ours, forgets, and can't do all.

    databases: by service, the owner's and the runtime role's URL.
    """

    kafka: str
    embedded_kafka: bool
    databases: dict[str, tuple[str, str]]
    smtp: str
    url: str


def secrets_of(folder: Path) -> dict[str, str]:
    """Keys of links, sign-ins and the portal, and the databases' password: of this folder, made at
    first use (0600). A folder of an earlier version gets what it lacks."""
    path = folder / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    made = {name: _key() for name in _KEYS} | {"database_password": secrets.token_urlsafe(24)}
    if made.keys() <= kept.keys():
        return kept
    kept = made | kept
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return kept


def _key() -> str:
    return f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def settings_of(service: str, attached: Attached, folder: Path) -> dict[str, Any]:
    """What to give a service's settings class: the attached parts, and defaults for the rest."""
    kept = secrets_of(folder)
    owner, runtime = attached.databases[service]
    given: dict[str, Any] = {
        "kafka": attached.kafka,
        "database_url": runtime,
        "owner_database_url": owner,
        "smtp_url": attached.smtp,
    }
    if attached.embedded_kafka:
        given |= EMBEDDED_KAFKA
    defaults: dict[str, Any] = {
        "public_url": attached.url,
        "platform_url": f"{attached.url}/demo/platform",
        "mail_from": "Koppla <no-reply@koppla.example>",
        "link_keys": kept["link_keys"],
        "sign_in_keys": kept["sign_in_keys"],
    }
    if not names_a_real_issuer():
        defaults |= {
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "jwks_url": DevelopmentIssuer(folder).jwks_url,
            "support_email": "support@koppla.example",
        }
    return {**_unset(defaults), **given}


def portal_settings_of(url: str, folder: Path) -> dict[str, Any]:
    """What to give the portal's settings class. url: where this run answers."""
    return _unset(
        {
            "public_url": url,
            "platform_url": f"{url}/demo/platform",
            # By number: where it listens, whatever else a machine's `localhost` may be.
            "portal_gateway_url": url.replace("//localhost:", "//127.0.0.1:"),
            "portal_keys": secrets_of(folder)["portal_keys"],
        }
    )


def _unset(defaults: dict[str, Any]) -> dict[str, Any]:
    """Those that the environment does not give."""
    return {
        name: value for name, value in defaults.items() if not is_given(f"KOPPLA_{name.upper()}")
    }
