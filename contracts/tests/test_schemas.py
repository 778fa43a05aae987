"""The committed JSON Schemas, and that nothing released is broken."""

import json
from pathlib import Path

import pytest

from contracts.compatibility import breaks
from contracts.schemas import HOME, RELEASE, REWRITE, main, release, released, schemas, text, write

NOW = schemas()
RELEASED = HOME / "released" / "v1.json"


@pytest.mark.parametrize("name", sorted(NOW))
def test_the_committed_schema_is_what_the_code_says(name: str) -> None:
    file = HOME / "schemas" / f"{name}.v1.json"
    committed = file.read_text("utf-8") if file.exists() else ""
    assert committed == text(NOW[name]), f"rewrite it: {REWRITE}"


def test_no_schema_is_left_of_an_event_that_is_gone() -> None:
    names = {file.name.split(".")[0] for file in (HOME / "schemas").iterdir()}
    assert names == schemas().keys(), f"rewrite them: {REWRITE}"


def test_nothing_breaks_what_has_been_released() -> None:
    assert RELEASED.exists(), f"release the first version: {RELEASE}"
    found = breaks(released(RELEASED), schemas())
    assert not found, "\n".join(
        ["within v1 events may only gain optional fields; this needs a new version:", *found]
    )


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    first = {file: file.read_bytes() for file in write(tmp_path)}
    assert {file: file.read_bytes() for file in write(tmp_path)} == first
    assert all(content.endswith(b"}\n") for content in first.values())


def test_writing_removes_schemas_of_events_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "ClientRenamed.v1.json").write_text("{}")
    write(tmp_path)
    assert not (tmp_path / "ClientRenamed.v1.json").exists()


def test_rewriting_leaves_the_released_ones_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path)]) == 0
    assert not (tmp_path / "released").exists()
    assert main(["--home", str(tmp_path), "--release"]) == 0
    assert released(tmp_path / "released" / "v1.json") == schemas()
    assert "schemas written" in capsys.readouterr().out


def test_a_release_that_would_break_is_refused_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "released" / "v1.json"
    assert release(file) == []
    old = json.loads(file.read_text("utf-8"))
    old["ClientRecord"]["properties"]["country"] = {"type": "string"}
    file.write_text(text(old), "utf-8")
    before = file.read_bytes()
    assert main(["--home", str(tmp_path), "--release"]) == 1
    assert "ClientRecord.country: the field is gone" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert not (tmp_path / "schemas").exists()
