"""Sign-in tokens: nothing but exactly what we signed is good."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activation.sign_in_token import TOKEN_LENGTH, SignInKeys, SignInTokenError
from contracts.envelope import uuid7

NEW, OLD = ("k2", b"n" * 32), ("k1", b"o" * 32)
KEYS = SignInKeys([NEW, OLD])
SIGN_IN = UUID("018f0000-0000-7000-8000-000000000001")


@given(st.uuids())
def test_a_token_names_its_sign_in(sign_in: UUID) -> None:
    token = KEYS.sign(sign_in)
    assert len(token) == TOKEN_LENGTH
    assert KEYS.verify(token) == sign_in


@given(st.integers(0, 57 * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    token = bytearray(base64.urlsafe_b64decode(KEYS.sign(SIGN_IN)))
    token[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignInTokenError):
        KEYS.verify(base64.urlsafe_b64encode(token).decode())


@given(st.text(max_size=100) | st.from_regex(r"[A-Za-z0-9_-]{76}\n?", fullmatch=True))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(SignInTokenError):
        KEYS.verify(text)


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t + "A", lambda t: t + "\n"])
def test_a_cut_or_longer_token_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SignInTokenError):
        KEYS.verify(spoil(KEYS.sign(SIGN_IN)))


def test_a_rotated_key_still_verifies_and_a_removed_one_does_not() -> None:
    token = SignInKeys([OLD]).sign(SIGN_IN)
    assert KEYS.verify(token) == SIGN_IN
    with pytest.raises(SignInTokenError):
        SignInKeys([NEW]).verify(token)


def test_the_first_key_signs() -> None:
    assert SignInKeys([NEW]).verify(KEYS.sign(SIGN_IN)) == SIGN_IN


def test_keys_are_read_in_either_alphabet_padded_or_not() -> None:
    secret = b"\xfb\xff" * 16
    standard = base64.b64encode(secret).decode()
    url = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    token = SignInKeys([("k1", secret)]).sign(sign_in := uuid7())
    for text in (f"k1:{standard}", f" k1:{url} "):
        assert SignInKeys.parse(text).verify(token) == sign_in


@pytest.mark.parametrize(
    "setting",
    ["", "k1", "k1:", "k1:%%%%", "K1:" + "A" * 43, "k1:QUJD", f"k1:{'A' * 43},k1:{'B' * 43}"],
)
def test_a_wrong_key_is_named_by_its_place_and_never_quoted(setting: str) -> None:
    with pytest.raises(ValueError, match="sign-in key") as caught:
        SignInKeys.parse(setting)
    assert "A" * 9 not in str(caught.value)
    assert "%%" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_no_secret_shows_in_the_keys_text() -> None:
    assert repr(KEYS) == "SignInKeys(2)"
