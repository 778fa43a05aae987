"""Settings: durations, and one line for what is missing or wrong."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from chassis.auth import AuthSettings
from chassis.kafka import KafkaSettings
from chassis.settings import Duration, SettingError, Settings, load
from tests.support.sample import SampleSettings


class Waits(Settings):
    wait: Duration


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
