"""Apache Kafka's jars, brought by Maven once and kept outside the tree."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from koppla.embedded.processes import NotStarted, spawn

VERSION = "4.3.1"  # as in kafka-pom.xml
_POM = Path(__file__).with_name("kafka-pom.xml")


def tool(name: str) -> str:
    """The path of `java` or `mvn`. Raises NotStarted with what to install."""
    path = shutil.which(name)
    if path is None:
        raise NotStarted(
            f"Apache Kafka needs Java 17 and Maven, and {name} is missing: "
            "apt-get install openjdk-17-jre-headless maven"
        )
    return path


def _cache() -> Path:
    cache = Path(os.environ.get("KOPPLA_CACHE") or Path.home() / ".cache" / "koppla")
    cache.mkdir(parents=True, exist_ok=True)
    return cache


async def jars() -> Path:
    """The folder with the jars: $KOPPLA_CACHE or ~/.cache/koppla, kafka-VERSION in it.

    Filled under another name and renamed, so that it is complete or absent; of two that fill it
    at once, the second finds the first one's. Raises NotStarted.
    """
    cache = _cache()
    folder = cache / f"kafka-{VERSION}"
    if folder.exists():
        return folder
    maven = tool("mvn")
    with tempfile.TemporaryDirectory(prefix="kafka-", dir=cache) as name:
        draft = Path(name)
        shutil.copy(_POM, draft / "pom.xml")
        child = await spawn(
            [
                *(maven, "-q", "-B", "dependency:copy-dependencies"),
                *("-f", draft / "pom.xml", f"-DoutputDirectory={draft / 'jars'}"),
            ],
            cwd=draft,
            log=cache / "maven.log",
        )
        try:
            code = await child.wait()
        finally:
            await child.stop()
        if code != 0:
            raise NotStarted(f"Maven could not bring Apache Kafka's jars (log: {child.log})")
        try:
            (draft / "jars").rename(folder)
        except OSError:  # a full folder is there already, where somebody else was faster
            if not folder.exists():
                raise
    return folder
