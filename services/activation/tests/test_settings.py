"""Settings that are missing or wrong stop the service with one line that names them."""

import pytest

from activation.settings import ActivationSettings
from chassis.settings import SettingError, load
from services.activation.tests.bureau import PLATFORM_URL, SIGN_IN_KEYS

GIVEN = {
    "database_url": "postgresql://localhost/activation",
    "kafka": "localhost:9092",
    "issuer": "i",
    "audience": "a",
    "jwks_url": "file:///jwks.json",
    "platform_url": PLATFORM_URL,
    "sign_in_keys": SIGN_IN_KEYS,
}


def test_a_sign_in_is_good_for_a_minute_by_default() -> None:
    assert load(ActivationSettings, **GIVEN).sign_in_ttl.total_seconds() == 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("platform_url", "platform.example"),
        ("platform_url", "javascript:alert(1)"),
        ("platform_url", "https://platform.example/#here"),
        ("sign_in_keys", "k1:c2VjcmV0LXRoYXQtaXMtc2hvcnQ="),
        ("sign_in_ttl", "60"),
        ("sign_in_ttl", "0s"),
    ],
)
def test_a_wrong_setting_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        load(ActivationSettings, **{**GIVEN, name: value})
    assert str(caught.value).startswith(f"KOPPLA_{name.upper()}: ")
    assert value.partition(":")[2] not in str(caught.value) or not value.partition(":")[2]
    assert "\n" not in str(caught.value)
