"""A bureau's words may hold nothing to click on."""

import pytest

from linking.messages import holds_address, is_blank, or_nothing, without_address


@pytest.mark.parametrize(
    "text",
    [
        "se https://evil.example/login",
        "HTTP://EVIL.EXAMPLE",
        "www.evil.example",
        "logga in på evil.example/konto",
        "evil.com",
        "koppla.se?x=1",
        "ｅｖｉｌ．ｃｏｍ",
        "ht\u200btps://evil.example",
        "evil\u200b.com",
        "10.0.0.1/inloggning",
        "10.0.0.1:8080",
        "javascript://x",
        "gå till evil.de eller evil.co.uk",
        "EVIL.DE",
        "moc.live\u202e",
        "evil\u3002com",
        "evil.zip",
        "evil.bank",
        "пример.рф",
        "evil.中国",
    ],
)
def test_an_address_is_found(text: str) -> None:
    assert holds_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hej! Vi tar över bokföringen fr.o.m. maj, t.ex. löner och moms.",
        "Ring 08-123 45 67 eller mejla anna@nordkust.se",
        "och/eller",
        "Det är klart.Vi hörs. Allt o.s.v. enl. ö.k. med bl.a. moms, s.k. a-kassa",
        "Det är klart.Återkommer. Öppet.Även lördag",
        "Moms 12,5 % (1.5/2)",
        "Vårt diarienummer är 1.3.1.4, se 1.3.1.4-2026",
        "",
    ],
)
def test_plain_words_are_not(text: str) -> None:
    assert not holds_address(text)


def test_why_a_text_is_refused_is_said() -> None:
    with pytest.raises(ValueError, match="web address"):
        without_address("se evil.com")
    with pytest.raises(ValueError, match="direction of writing"):
        without_address("Hej \u202edå")


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b" * 20, "\ufeff \u2060\u00ad", "\u2800\u3164", "\u034f\ufe0f"]
)
def test_what_nobody_sees_is_no_message(text: str) -> None:
    assert is_blank(text)
    assert or_nothing(text) is None


@pytest.mark.parametrize("text", ["Nej", " . ", "\u200bå", "\x07", "👍\ufe0f"])
def test_one_sign_that_shows_makes_a_message(text: str) -> None:
    assert or_nothing(text) == text
