"""Settings: durations, and one line for what is missing or wrong."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import Field

from chassis.auth import AuthSettings
from chassis.kafka import KafkaSettings
from chassis.settings import Duration, SettingError, Settings, load
from tests.support.sample import SampleSettings


class Waits(Settings):
    wait: Duration


class Words(Settings):
    words: list[str] = Field(validation_alias="KOPPLA_SAMPLE_WORDS")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("168h", timedelta(days=7)),
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_is_a_whole_number_and_a_unit(
    monkeypatch: pytest.MonkeyPatch, text: str, length: timedelta
) -> None:
    monkeypatch.setenv("KOPPLA_WAIT", text)
    assert load(Waits).wait == length


@pytest.mark.parametrize(
    "text", ["", "168", "h", "-1h", "1.5h", "1 h", "1d", "1h30m", "168H", "1h\n", "\uff11h"]
)
def test_another_duration_is_refused_by_one_line(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("KOPPLA_WAIT", text)
    with pytest.raises(SettingError) as refused:
        load(Waits)
    assert str(refused.value) == (
        "KOPPLA_WAIT: must be a whole number and h, m or s, for example 168h"
    )


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(SettingError, match=r"^KOPPLA_WAIT: is missing$"):
        load(Waits)


def test_a_wrong_database_url_is_named_by_its_service_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KOPPLA_SAMPLE_DATABASE_URL", "mysql://anna:hemligt@db/x")
    with pytest.raises(SettingError) as refused:
        load(SampleSettings, kafka="a:1", issuer="i", audience="a", jwks_url="file:///j")
    assert str(refused.value) == "KOPPLA_SAMPLE_DATABASE_URL: must be a postgresql:// URL"


def test_a_list_that_is_no_json_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOPPLA_SAMPLE_WORDS", "[hemligt")
    with pytest.raises(SettingError) as refused:
        load(SampleSettings)
    assert str(refused.value) == "KOPPLA_SAMPLE_WORDS: is not valid JSON"


@pytest.mark.parametrize("address", ["kafka", "kafka:", ":9092", "http://kafka:9092", "a:1,,b:2"])
def test_a_broker_without_host_and_port_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("KOPPLA_KAFKA", address)
    with pytest.raises(SettingError, match=r"^KOPPLA_KAFKA: "):
        load(KafkaSettings)


@pytest.mark.parametrize("address", ["kafka:9092", "a:1,b:2", "a:1, b:2", "[::1]:9092"])
def test_a_broker_is_one_address_or_several(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("KOPPLA_KAFKA", address)
    assert load(KafkaSettings).kafka == address


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_a_setting_may_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str
) -> None:
    file = tmp_path / "url"
    file.write_bytes(f"postgresql://anna:hemligt@db/x{end}".encode())
    monkeypatch.setenv("KOPPLA_SAMPLE_DATABASE_URL_FILE", str(file))
    loaded = load(SampleSettings, kafka="a:1", issuer="i", audience="a", jwks_url="file:///j")
    assert loaded.database_url.get_secret_value() == "postgresql://anna:hemligt@db/x"


def test_a_list_from_a_file_is_read_as_json(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "words"
    file.write_text('["a", "b"]\n')
    monkeypatch.setenv("KOPPLA_SAMPLE_WORDS_FILE", str(file))
    assert load(Words).words == ["a", "b"]


def test_what_a_file_holds_is_checked_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "wait"
    file.write_text("hemligt\n")
    monkeypatch.setenv("KOPPLA_WAIT_FILE", str(file))
    with pytest.raises(SettingError) as refused:
        load(Waits)
    assert str(refused.value) == (
        "KOPPLA_WAIT: must be a whole number and h, m or s, for example 168h"
    )


def test_a_setting_by_value_and_by_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "wait"
    file.write_text("1h")
    monkeypatch.setenv("KOPPLA_WAIT", "1h")
    monkeypatch.setenv("KOPPLA_WAIT_FILE", str(file))
    with pytest.raises(SettingError) as refused:
        load(Waits)
    assert str(refused.value) == "KOPPLA_WAIT: is given twice, the other time by KOPPLA_WAIT_FILE"


@pytest.mark.parametrize("path", ["", "missing", "."])
def test_a_settings_file_that_can_not_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KOPPLA_WAIT_FILE", path)
    with pytest.raises(SettingError, match=r"^KOPPLA_WAIT_FILE: can't read [^\n]+$"):
        load(Waits)


def test_a_settings_file_that_is_no_text_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "wait"
    file.write_bytes(b"\xff")
    monkeypatch.setenv("KOPPLA_WAIT_FILE", str(file))
    with pytest.raises(SettingError, match=r"^KOPPLA_WAIT_FILE: .* is no text in UTF-8$"):
        load(Waits)


def test_a_file_of_another_service_s_setting_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOPPLA_ELSEWHERE_FILE", "/nowhere")
    assert load(Waits, wait=timedelta(0)).wait == timedelta(0)


def test_an_issuers_keys_come_from_a_url() -> None:
    with pytest.raises(SettingError, match=r"^KOPPLA_JWKS_URL: must be an https"):
        load(AuthSettings, issuer="i", audience="a", jwks_url="ftp://x")


def test_a_service_without_settings_says_one_line_and_ends_with_2() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("KOPPLA_")}
    ended = subprocess.run(
        [sys.executable, "-m", "search", "serve"],
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("KOPPLA_")
