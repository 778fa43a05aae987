"""The committed documents: as the code says, breaking nothing, and written by one command."""

import json
from pathlib import Path
from typing import Any

import pytest

from koppla.api.committed import ASYNCAPI, HOME, OPENAPI, RELEASED, read, text
from koppla.api_documents import broken, main, stale


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["--home", str(tmp_path), "--release"]) == 0
    return tmp_path


def changed(file: Path, **members: Any) -> None:
    document = read(file)
    assert document is not None
    file.write_text(text({**document, **members}), "utf-8")


def test_the_committed_documents_are_what_the_code_says(
    operations_document: dict[str, Any], events_document: dict[str, Any]
) -> None:
    documents = {OPENAPI: operations_document, ASYNCAPI: events_document}
    assert stale(HOME, documents) == []
    assert broken(HOME, documents) == []


def test_writing_again_changes_nothing(home: Path) -> None:
    first = {file: file.read_bytes() for file in home.rglob("*.json")}
    assert main(["--home", str(home)]) == 0
    assert {file: file.read_bytes() for file in home.rglob("*.json")} == first
    assert {str(file.relative_to(home)) for file in first} == {OPENAPI, ASYNCAPI, RELEASED}


def test_the_check_passes_and_changes_nothing(home: Path) -> None:
    assert main(["--home", str(home), "--check"]) == 0


@pytest.mark.parametrize("name", [OPENAPI, ASYNCAPI])
def test_the_check_names_a_stale_document(
    home: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(home / name, info={"title": "Old"})
    before = (home / name).read_bytes()
    assert main(["--home", str(home), "--check"]) == 1
    assert capsys.readouterr().err == f"{name} is stale: python -m koppla.api_documents\n"
    assert (home / name).read_bytes() == before


def test_the_check_names_what_breaks_the_release(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = json.loads((home / RELEASED).read_text("utf-8"))
    paths = released["paths"]
    changed(home / RELEASED, paths={**paths, "/v1/gone": paths["/v1/consultants"]})
    assert main(["--home", str(home), "--check"]) == 1
    assert "GET /v1/gone: the operation is gone" in capsys.readouterr().err


def test_a_release_that_would_break_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = json.loads((home / RELEASED).read_text("utf-8"))
    gone = {**released["paths"], "/v1/gone": released["paths"]["/v1/consultants"]}
    changed(home / RELEASED, paths=gone)
    before = (home / RELEASED).read_bytes()
    assert main(["--home", str(home), "--release"]) == 1
    assert capsys.readouterr().err.endswith("the operation is gone\nnothing was released\n")
    assert (home / RELEASED).read_bytes() == before


def test_rewriting_releases_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path)]) == 0
    assert not (tmp_path / RELEASED).exists()
    assert main(["--home", str(tmp_path), "--check"]) == 1
    assert "nothing has been released yet" in capsys.readouterr().err
