"""The data folder: one run at a time, and `run.json` says where to attach."""

import os
from pathlib import Path

import pytest

from koppla.embedded.folder import DataFolder, FolderInUse, read_run


def test_a_second_run_on_the_folder_is_told_who_holds_it(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data") as folder:
        with pytest.raises(FolderInUse) as refused, DataFolder(tmp_path / "data"):
            pass
        assert (
            str(refused.value) == f"{folder.path} is in use by another run (process {os.getpid()})"
        )
    with DataFolder(tmp_path / "data"):
        pass


def test_a_refused_run_leaves_the_holders_run_file_alone(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as folder:
        folder.write_run({"pid": 1})
        with pytest.raises(FolderInUse), DataFolder(tmp_path):
            pass
        assert read_run(tmp_path) == {"pid": 1}


def test_run_file_is_there_while_the_run_is(tmp_path: Path) -> None:
    assert read_run(tmp_path / "data") is None
    with DataFolder(tmp_path / "data") as folder:
        assert read_run(folder.path) is None
        folder.write_run(
            {"url": "http://127.0.0.1:8080", "databases": {"linking": "postgresql://"}}
        )
        folder.write_run({"url": "http://127.0.0.1:8081", "databases": {}})
        assert read_run(folder.path) == {"url": "http://127.0.0.1:8081", "databases": {}}
        assert sorted(path.name for path in folder.path.iterdir()) == ["lock", "run.json"]
    assert read_run(folder.path) is None
    assert not (folder.path / "run.json").exists()


def test_run_file_of_a_killed_run_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("4711")
    (tmp_path / "run.json").write_text('{"pid": 4711}')
    assert read_run(tmp_path) is None
    with DataFolder(tmp_path):
        assert not (tmp_path / "run.json").exists()


def test_nobody_else_can_list_the_folder_or_read_the_run_file(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data") as folder:
        folder.write_run({})
        assert folder.path.stat().st_mode & 0o777 == 0o711
        assert (folder.path / "run.json").stat().st_mode & 0o777 == 0o600
