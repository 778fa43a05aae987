import base64
import hashlib
import hmac
import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.link_token import (
    LinkKeys,
    LinkToken,
    LinkTokenError,
    Purpose,
    address_digest,
    recipient_digest,
)

SUBJECT = UUID("0190b6c2-5d6e-7c3a-9b1f-2f6d0a4c8e11")
OLD, NEW = ("k1", b"o" * 32), ("k2", b"n" * 32)
KEYS = LinkKeys([OLD])
BASE64URL = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"

key_ids = st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True)
key_lists = st.lists(
    st.tuples(key_ids, st.binary(min_size=32, max_size=64)),
    min_size=1,
    max_size=4,
    unique_by=(lambda key: key[0], lambda key: key[1]),
)
purposes = st.sampled_from(Purpose)
windows = st.integers(1, 65535)
user_ids = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
addresses = st.emails() | st.text()


def signed(keys: LinkKeys = KEYS, window: int = 1) -> str:
    return keys.sign(Purpose.DECIDE, SUBJECT, window, "anna", "anna.berg@nordkust.example")


def encoded(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


TOKEN = signed()


@given(key_lists, purposes, st.uuids(), windows, user_ids, addresses)
def test_what_is_signed_is_what_is_verified(  # R25
    keys: list[tuple[str, bytes]],
    purpose: Purpose,
    subject: UUID,
    window: int,
    user_id: str,
    address: str,
) -> None:
    text = LinkKeys(keys).sign(purpose, subject, window, user_id, address)
    assert LinkKeys(keys).verify(text) == LinkToken(
        purpose, subject, window, recipient_digest(user_id), address_digest(address), keys[0][0]
    )
    assert len(text) == 111
    assert set(text) <= set(BASE64URL)


def test_the_layout_is_the_one_that_mails_already_carry() -> None:  # R25
    # Sent links live as long as their links do: this layout can only gain a version beside it.
    payload = (
        b"\x11\x00\x01"
        + SUBJECT.bytes
        + hashlib.sha256(b"recipient\0anna").digest()[:12]
        + hashlib.sha256(b"address\0anna.berg@nordkust.example").digest()[:12]
        + b"k1\0\0\0\0\0\0"
    )
    mac = hmac.new(OLD[1], b"koppla-link-v1\0" + payload, hashlib.sha256).digest()
    assert encoded(payload + mac) == TOKEN


def test_a_reminder_carries_the_same_link_and_a_resend_another() -> None:  # D2, D3
    assert signed(window=1) == TOKEN
    assert signed(window=2) != TOKEN


@pytest.mark.parametrize("window", [0, -1, 65536])
def test_a_window_that_does_not_fit_is_refused(window: int) -> None:  # D2
    with pytest.raises(ValueError, match="window"):
        signed(window=window)


@given(st.integers(0, 83 * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:  # R34
    token = bytearray(base64.urlsafe_b64decode(TOKEN + "="))
    token[bit // 8] ^= 1 << bit % 8
    with pytest.raises(LinkTokenError):
        KEYS.verify(encoded(bytes(token)))


@given(st.integers(0, 110), st.sampled_from(BASE64URL))
def test_any_other_character_is_refused(place: int, character: str) -> None:  # R34
    altered = TOKEN[:place] + character + TOKEN[place + 1 :]
    if altered != TOKEN:
        with pytest.raises(LinkTokenError):
            KEYS.verify(altered)


def test_each_token_has_one_spelling() -> None:  # R34
    # The last character bears four bits; its two spare ones must not make four links of one.
    last = BASE64URL.index(TOKEN[-1])
    for spare in (1, 2, 3):
        twin = TOKEN[:-1] + BASE64URL[last ^ spare]
        assert base64.urlsafe_b64decode(twin + "=") == base64.urlsafe_b64decode(TOKEN + "=")
        with pytest.raises(LinkTokenError):
            KEYS.verify(twin)


@given(st.integers(0, 110), st.integers(0, 111))
def test_any_cut_is_refused(end: int, start: int) -> None:  # R34
    for cut in (TOKEN[:end], TOKEN[111 - end :], TOKEN[:start] + TOKEN[start + 1 :] + "A" * 2):
        with pytest.raises(LinkTokenError):
            KEYS.verify(cut)


@pytest.mark.parametrize(
    "text",
    [
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN + "A",
        TOKEN[:60] + "\n" + TOKEN[60:],
        TOKEN[:-1] + "=",
        "+" * 111,
        "Ａ" * 111,
        "\ud800" * 111,
        "A" * 1_000_000,
        "",
        None,
        111,
        TOKEN.encode(),
    ],
)
def test_what_is_no_token_is_refused(text: object) -> None:  # R34
    with pytest.raises(LinkTokenError):
        KEYS.verify(text)


@given(
    st.text(st.characters())
    | st.text(BASE64URL, min_size=111, max_size=111)
    | st.binary(min_size=83, max_size=83).map(encoded)
    | st.integers()
    | st.none()
)
def test_nothing_but_the_declared_error_is_ever_raised(text: object) -> None:  # R34
    with pytest.raises(LinkTokenError) as refusal:
        KEYS.verify(text)
    assert str(refusal.value) in {"not a token", "unknown key", "forged"}


@pytest.mark.parametrize(
    ("head", "window"),
    [(b"\x10", b"\0\1"), (b"\x13", b"\0\1"), (b"\x21", b"\0\1"), (b"\x11", b"\0\0")],
)
def test_a_format_that_is_not_known_is_refused_however_well_signed(  # R34
    head: bytes, window: bytes
) -> None:
    payload = head + window + bytes(40) + b"k1".ljust(8, b"\0")
    mac = hmac.new(OLD[1], b"koppla-link-v1\0" + payload, hashlib.sha256).digest()
    with pytest.raises(LinkTokenError):
        KEYS.verify(encoded(payload + mac))


def test_the_same_key_used_for_something_else_signs_no_link() -> None:  # R34
    payload = base64.urlsafe_b64decode(TOKEN + "=")[:51]
    mac = hmac.new(OLD[1], payload, hashlib.sha256).digest()
    with pytest.raises(LinkTokenError):
        KEYS.verify(encoded(payload + mac))


@given(key_lists, st.tuples(key_ids, st.binary(min_size=32, max_size=64)))
def test_an_old_key_verifies_while_it_is_listed_and_not_afterwards(  # R34
    others: list[tuple[str, bytes]], old: tuple[str, bytes]
) -> None:
    others = [key for key in others if key[0] != old[0] and key[1] != old[1]]
    text = signed(LinkKeys([old, *others]))
    if others:
        assert LinkKeys([*others, old]).verify(text).key_id == old[0]
        assert LinkKeys([*others, old]).verify(signed(LinkKeys([*others, old]))).key_id != old[0]
        with pytest.raises(LinkTokenError):
            LinkKeys(others).verify(text)


def test_a_key_id_with_another_secret_verifies_nothing() -> None:  # R34
    with pytest.raises(LinkTokenError):
        LinkKeys([(OLD[0], NEW[1])]).verify(TOKEN)


@given(user_ids, user_ids)
def test_a_token_is_for_its_recipient_only(one: str, other: str) -> None:  # R34
    token = KEYS.verify(KEYS.sign(Purpose.DECIDE, SUBJECT, 1, one, "a@b.example"))
    assert token.is_for(one)
    assert token.is_for(other) == (one == other)


def test_a_token_went_to_its_address_whatever_its_case() -> None:  # R34
    token = KEYS.verify(signed())
    assert token.went_to(" Anna.Berg@NORDKUST.example ")
    assert not token.went_to("anna.berg@sydkust.example")
    assert not token.is_for("Anna")  # user ids do have a case
    assert not token.went_to("\ud800")
    assert not token.is_for("\ud800")


def test_recipient_and_address_never_share_a_digest() -> None:  # R34
    assert recipient_digest("anna@x.example") != address_digest("anna@x.example")


def test_a_setting_lists_the_signing_key_first() -> None:  # R34
    setting = ", ".join(
        f"{key_id}:{base64.b64encode(secret).decode()}" for key_id, secret in (NEW, OLD)
    )
    keys = LinkKeys.parse(setting)
    assert keys.verify(signed(keys)).key_id == "k2"
    assert keys.verify(TOKEN).key_id == "k1"


@given(key_lists)
def test_a_setting_may_use_either_alphabet_padded_or_not(  # R34
    keys: list[tuple[str, bytes]],
) -> None:
    text = signed(LinkKeys(keys))
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        padded = ",".join(f"{key_id}:{encode(secret).decode()}" for key_id, secret in keys)
        for setting in (padded, padded.replace("=", "")):
            assert LinkKeys.parse(setting).verify(text)


SECRET = base64.b64encode(b"do not show this secret to anyone!").decode()


@pytest.mark.parametrize(
    "setting",
    [
        "",
        ",",
        SECRET,
        f"{SECRET}:k1",
        f":{SECRET}",
        f"k1:{SECRET},",
        f"K1:{SECRET}",
        f"k123456789:{SECRET}",
        f"k1:{SECRET[:20]}",
        f"k1:{SECRET}%",
        f"k1:{SECRET[:-3]}å",
        f"k1:{SECRET[:41]}",
        f"k1 :{SECRET}",
        f"k1:{SECRET},k1:{SECRET[:-8]}AAAAAAA=",
        f"k1:{SECRET},k2:{SECRET}",
    ],
)
def test_a_wrong_setting_is_refused_without_showing_the_secret(setting: str) -> None:  # R34
    with pytest.raises(ValueError, match="link key") as refusal:
        LinkKeys.parse(setting)
    told = "".join(
        str(error) for error in (refusal.value, refusal.value.__cause__) if error is not None
    )
    assert SECRET[:8] not in told
    assert refusal.value.__cause__ is None


@given(st.text(st.characters()))
def test_a_setting_of_any_text_raises_nothing_but_value_error(setting: str) -> None:  # R34
    with pytest.raises(ValueError, match="link key"):
        LinkKeys.parse(setting)


def test_keys_show_their_ids_and_never_their_secrets() -> None:  # R34
    assert repr(LinkKeys([NEW, OLD])) == "LinkKeys(k2, k1)"
    assert "nnn" not in f"{LinkKeys([NEW])!s}"
