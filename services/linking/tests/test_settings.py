"""A wrong setting is one line that names it and never shows a secret."""

from datetime import timedelta

import pytest

from chassis.settings import SettingError, load
from linking.settings import LinkingSettings
from services.linking.tests.world import LINK_KEYS

GOOD = {
    "database_url": "postgresql://localhost/linking",
    "kafka": "localhost:9092",
    "issuer": "https://issuer.example",
    "audience": "koppla",
    "jwks_url": "https://issuer.example/jwks",
    "public_url": "https://koppla.example",
    "link_keys": LINK_KEYS,
}


def test_links_are_good_for_seven_days_unless_told_otherwise() -> None:  # R26
    assert load(LinkingSettings, **GOOD).link_ttl == timedelta(days=7)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("link_keys", "k1:c2hvcnQ="),
        ("link_keys", "very-secret-but-no-key"),
        ("link_ttl", "7d"),
        ("link_ttl", "0s"),
        ("public_url", "https://koppla.example/"),
        ("public_url", "ftp://koppla.example"),
        ("public_url", "koppla.example"),
        ("support_email", "kundtjänst"),
        ("trusted_proxies", "proxyn"),
        ("rate_link_pages", "många"),
        ("rate_requests_per_bureau", "0/s"),
        ("rate_mails_per_address", "1000/dag"),
    ],
)
def test_a_wrong_one_is_named_and_not_shown(name: str, value: str) -> None:
    with pytest.raises(SettingError) as error:
        load(LinkingSettings, **{**GOOD, name: value})
    assert str(error.value).startswith(f"KOPPLA_{name.upper()}: ")
    assert value not in str(error.value)


def test_a_missing_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOPPLA_LINK_KEYS", raising=False)
    with pytest.raises(SettingError, match=r"^KOPPLA_LINK_KEYS: is missing$"):
        load(LinkingSettings, **{n: v for n, v in GOOD.items() if n != "link_keys"})
