"""The secrets of a deployment by compose.yaml, made at random: a file each, in one folder.

The folder is its owner's alone (0700). The files in it are readable (0444), since compose mounts
them as they are into containers whose users have other numbers.
"""

import base64
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from contracts.events.directory import BureauRecord
from koppla.issuer import DevelopmentIssuer
from koppla.profile import SERVICES

_MAILDEV = "smtp://maildev:1025"
# A client of the issuer that has no secret, nobody to be without signing in, and a broker that asks
# for nothing.
_EMPTY = (
    *("portal_oidc_client_secret", "portal_demo"),
    *("kafka_ca", "kafka_client_certificate", "kafka_client_key", "kafka_password"),
)
ISSUER = "issuer"
"""The folder of the development issuer, for `koppla token --data`."""


def write(folder: Path, *, development: bool) -> list[Path]:
    """Makes what is missing; the files that were made. What is there stays, or databases and
    links in mails would no longer be what it opens."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    wanted = {**dict(_random()), **dict.fromkeys(_EMPTY, "")}
    if development:
        issuer = DevelopmentIssuer(folder / ISSUER)
        wanted["smtp_url"] = _MAILDEV
        wanted["portal_demo"] = _people(issuer)
        # A copy: the issuer writes its own anew, which a mounted file would not follow.
        wanted["jwks.json"] = issuer.public_keys()
    return [folder / name for name, value in wanted.items() if _write(folder / name, value)]


def _random() -> Iterator[tuple[str, str]]:
    yield "postgres_password", secrets.token_urlsafe(32)
    for service in SERVICES:
        for role in ("owner", "runtime"):
            password = secrets.token_urlsafe(32)
            url = f"postgresql://{service}_{role}:{password}@postgres:5432/{service}"
            yield f"{service}_{role}_url", url
    for keys in ("link_keys", "sign_in_keys", "portal_keys"):
        yield keys, f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _people(issuer: DevelopmentIssuer) -> str:
    """Whom one can be at the portal: people of the directory that the container `demo` makes."""
    from koppla.demo_data import generate
    from koppla.demo_people import people_of

    _, bureaus = generate(0, 20, 1)
    people = people_of(map(BureauRecord.model_validate, bureaus))
    about = {**issuer.document(), "people": [one.model_dump(mode="json") for one in people]}
    return json.dumps(about, ensure_ascii=False)


def _write(path: Path, value: str) -> bool:
    if path.exists():
        return False
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o444)
    draft.replace(path)
    return True
