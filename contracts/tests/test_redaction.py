import secrets

import pytest

from contracts.link_token import TOKEN_LENGTH
from contracts.redaction import redacted


@pytest.mark.parametrize(
    "number", ["9001019802", "900101-9802", "199001019802", "19900101-9802", "900101+9802"]
)
def test_a_sole_traders_number_is_masked_however_it_is_written(number: str) -> None:
    assert redacted(f'{{"org_number":"{number}"}}') == '{"org_number":"900101-****"}'


@pytest.mark.parametrize(
    "text",
    [
        '{"org_number":"556469-6291","tenant_id":"100001"}',
        "9001019803",  # a wrong check digit
        "90010198021",
        "2026-11-26T11:40:41Z",
        "95cfd827-5ca8-4193-98e0-9001019802ab",
        "Åkeri AB, Växjö",
    ],
)
def test_what_is_no_persons_number_stays(text: str) -> None:
    assert redacted(text) == text


def test_a_links_token_never_shows() -> None:
    token = secrets.token_urlsafe(83)
    assert len(token) == TOKEN_LENGTH
    assert redacted(f"https://koppla.example/l/{token}?x") == "https://koppla.example/l/...?x"
    assert token not in redacted(f"<{token}>")
