"""Alembic's environment: the connection comes from chassis.migrations."""

from chassis.migrations import run_env
from notifier.tables import metadata

run_env(metadata)
