"""Imports what the roles import, so that its byte code is kept in the image: nobody can write it
later. Of all the rest, which is most of some libraries, byte code would be dead weight."""

# ruff: noqa: F401 (they are imported to be imported)
import alembic.command
import alembic.runtime.migration
import alembic.script
import asyncpg
import httpx
import uvloop

import chassis.cli
import chassis.migrations
import koppla.commands
import koppla.directory_import
import koppla.lookout
import koppla.status
import portal.app
from koppla.api.described import services
from koppla.api.openapi import merged

merged([service.http for service in services()])
