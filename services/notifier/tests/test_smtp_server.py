"""Settings that say where mail goes and from whom."""

from typing import Any

import pytest

from chassis.settings import SettingError, load
from koppla.issuer import AUDIENCE, ISSUER
from notifier.settings import NotifierSettings
from notifier.smtp_server import SmtpServer
from services.notifier.tests.events import LINK_KEYS


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 25, "offered")),
        ("smtp://127.0.0.1:1025", SmtpServer("127.0.0.1", 1025, "offered")),
        ("smtp://[::1]:1025/", SmtpServer("::1", 1025, "offered")),
        ("smtp://u:p%40w@m.example", SmtpServer("m.example", 587, "required", "u", "p@w")),
        ("smtp://m.example?starttls=never", SmtpServer("m.example", 25, "never")),
        ("smtps://u:p@m.example", SmtpServer("m.example", 465, "implicit", "u", "p")),
    ],
)
def test_a_url_says_how_to_speak_with_the_server(url: str, server: SmtpServer) -> None:
    assert SmtpServer.parse(url) == server


WRONG: list[tuple[str, Any]] = [
    *(
        ("smtp_url", url)
        for url in (
            "http://m.example",
            "smtp://",
            "smtp://m.example:99999",
            "smtp://sekret@m.example",
            "smtp://m.example/sekret",
            "smtp://m.example?starttls=sekret",
            "smtps://m.example?starttls=never",
        )
    ),
    *(
        ("mail_from", sender)
        for sender in ("", "Koppla", "a@b.example, c@d.example", "å@b.example", "K\r\nX <a@b.se>")
    ),
    ("public_url", "https://koppla.example/"),
    ("public_url", "ftp://koppla.example"),
    ("link_keys", "k1:sekret"),
    ("support_email", "kundtjänst"),
    ("mail_connections", 0),
    ("mail_retry_first", "0s"),
    ("mail_retry_first", "2h"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_and_not_shown(name: str, value: Any) -> None:
    right: dict[str, Any] = {
        "kafka": "broker:9092",
        "database_url": "postgresql://koppla@db/notifier",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "jwks_url": "https://issuer.example/jwks",
        "smtp_url": "smtp://mail.example",
        "mail_from": '"Koppla, Sverige" <no-reply@koppla.example>',
        "public_url": "https://koppla.example",
        "link_keys": LINK_KEYS,
    }
    assert load(NotifierSettings, **right).sender().addr_spec == "no-reply@koppla.example"
    with pytest.raises(SettingError, match=f"KOPPLA_{name.upper()}: ") as caught:
        load(NotifierSettings, **{**right, name: value})
    assert "sekret" not in str(caught.value)
