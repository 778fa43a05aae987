"""The `docker` command, as tests use it."""

import asyncio
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "koppla:latest"
BASE = "python:3.13-slim"


class DockerFailed(AssertionError):
    """The command and what it said."""


async def docker(*arguments: str, deadline: float = 120) -> str:
    """Standard output. Raises DockerFailed, or TimeoutError after `deadline` seconds."""
    code, out, err = await attempt(*arguments, deadline=deadline)
    if code != 0:
        raise DockerFailed(f"docker {' '.join(arguments)}: {code}\n{out[-4000:]}\n{err[-4000:]}")
    return out


async def attempt(*arguments: str, deadline: float = 120) -> tuple[int, str, str]:
    """Exit code, standard output and error."""
    process = await asyncio.create_subprocess_exec(
        "docker",
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), deadline)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode or 0, out.decode(), err.decode()


async def inspected(kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await docker(kind, "inspect", name))[0]
    return found
