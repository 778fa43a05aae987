"""The four services as the documents are made from: built as ever, and never connected."""

from pathlib import Path
from tempfile import TemporaryDirectory

from chassis.app import Service
from chassis.settings import load
from koppla.profile import SERVICES, Attached, settings_of
from koppla.services import kinds


def services() -> list[Service]:
    """Nothing is asked of them but their routes and what they listen to."""
    nowhere = "postgresql://nobody:nothing@localhost:1/none"
    attached = Attached(
        kafka="localhost:1",
        embedded_kafka=False,
        databases=dict.fromkeys(SERVICES, (nowhere, nowhere)),
        smtp="smtp://localhost:1",
        url="http://localhost:8080",
    )
    with TemporaryDirectory() as folder:
        return [
            kind.build(load(kind.settings, **settings_of(kind.name, attached, Path(folder))))
            for kind in kinds()
        ]
