"""Alembic's environment: the connection comes from chassis.migrations."""

from activation.tables import metadata
from chassis.migrations import run_env

run_env(metadata)
