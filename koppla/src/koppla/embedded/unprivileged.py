"""PostgreSQL refuses to run as root, but root is all there is in many containers.

Neither way needs a new user, a chmod on anybody's folders, or a folder outside /root (0700).
"""

from __future__ import annotations

import asyncio
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from koppla.embedded.processes import NotStarted

_NOBODY = 65534


@dataclass(frozen=True)
class Unprivileged:
    """How to start a program that must not be root: words before its argv, and its files' owner."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None

    def own(self, folder: Path) -> None:
        """Hand `folder` and all below it to whom the program runs as."""
        if self.uid is not None and folder.stat().st_uid != self.uid:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self.uid, -1, follow_symlinks=False)


# In a user namespace root is seen as nobody, while outside its files stay root's.
_NAMESPACE = Unprivileged(
    ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--"), uid=0
)


def _as_user(uid: int) -> Unprivileged:
    # Without root's right to pass every folder, the data folder and the interpreter's packages
    # would have to lie where that user can reach them. setpriv resets the parent-death signal
    # when it changes the user, so it has to set it again.
    keep = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    user = (f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
    return Unprivileged(("setpriv", *user, *keep, "--pdeathsig=INT", "--"), uid=uid)


async def unprivileged(folder: Path) -> Unprivileged:
    """How to run PostgreSQL on cluster `folder`, which need not exist yet.

    A folder that belongs to an ordinary user is served as that user, so that root does not
    take it away. Raises NotStarted when root finds no way.
    """
    if os.geteuid() != 0:
        return Unprivileged()
    for way in _ways(folder):
        if await _works(way):
            return way
    raise NotStarted(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv (util-linux) is "
        "permitted here: run Koppla as an ordinary user"
    )


def _ways(folder: Path) -> list[Unprivileged]:
    owner = folder.stat().st_uid if folder.exists() else 0
    return [_as_user(owner)] if owner else [_NAMESPACE, _as_user(_account())]


def _account() -> int:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return _NOBODY


async def _works(way: Unprivileged) -> bool:
    try:
        probe = await asyncio.create_subprocess_exec(
            *way.prefix,
            "true",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    return await probe.wait() == 0
