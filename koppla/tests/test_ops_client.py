"""Where an operator's command has its token from."""

from pathlib import Path

import pytest

from koppla.ops_client import NotRunning, OpsClient


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOPPLA_URL", "http://gateway.example")
    monkeypatch.setenv("KOPPLA_JWKS_URL", "https://issuer.example/jwks.json")
    monkeypatch.delenv("KOPPLA_TOKEN", raising=False)


def test_a_token_may_come_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("made.by.the-issuer\n")
    monkeypatch.setenv("KOPPLA_TOKEN_FILE", str(tmp_path / "token"))
    assert OpsClient(tmp_path)._token == "made.by.the-issuer"


def test_one_that_is_not_there_or_given_twice_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotRunning, match="set KOPPLA_TOKEN"):
        OpsClient(tmp_path)
    monkeypatch.setenv("KOPPLA_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(NotRunning, match=r"^KOPPLA_TOKEN_FILE: can't read"):
        OpsClient(tmp_path)
    monkeypatch.setenv("KOPPLA_TOKEN", "made.by.the-issuer")
    with pytest.raises(NotRunning, match=r"^KOPPLA_TOKEN: is given twice"):
        OpsClient(tmp_path)
