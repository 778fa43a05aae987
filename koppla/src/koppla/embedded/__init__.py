"""The embedded profile: a broker, a database and a data folder, all ending with this process."""

from koppla.embedded.folder import DataFolder, FolderInUse, read_run
from koppla.embedded.kafka import EmbeddedKafka
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.embedded.processes import NotStarted

__all__ = [
    "DataFolder",
    "EmbeddedKafka",
    "EmbeddedPostgres",
    "FolderInUse",
    "NotStarted",
    "read_run",
]
