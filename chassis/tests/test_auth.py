"""Bearer tokens: what counts as one and what does not."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from structlog.testing import capture_logs

from chassis.auth import AuthSettings, BearerTokens
from chassis.problems import Refused
from chassis.settings import load
from contracts.problem_codes import Code

KEY = Ed25519PrivateKey.generate()


def _jwks(**keys: Ed25519PrivateKey) -> str:
    public = {
        kid: json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key()))
        for kid, key in keys.items()
    }
    return json.dumps({"keys": [{**jwk, "kid": kid} for kid, jwk in public.items()]})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(_jwks(one=KEY))
    return path


def _tokens(file: Path, **given: float) -> BearerTokens:
    settings = load(AuthSettings, issuer="https://i", audience="us", jwks_url=file.as_uri())
    return BearerTokens(settings, **given)


def _claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": "https://i", "aud": "us", "sub": "anna", "exp": now + 60, "roles": ["a"]}
    return {name: value for name, value in {**good, **other}.items() if value is not None}


def _token(key: Any = KEY, algorithm: str = "EdDSA", kid: str | None = "one", **claims: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(_claims(**claims), key, algorithm=algorithm, headers=headers)


async def _refusal(tokens: BearerTokens, authorization: str | None) -> Code:
    with pytest.raises(Refused) as refused:
        await tokens(authorization)
    return refused.value.code


async def test_a_good_token_says_who_calls(file: Path) -> None:
    token = _token(bureau_id="b-1", name="Anna Å", email="a@b.se", roles=["x", "y"])
    for scheme in ("Bearer", "bearer"):
        caller = await _tokens(file)(f"{scheme} {token}")
        assert (caller.sub, caller.bureau_id, caller.name) == ("anna", "b-1", "Anna Å")
        assert caller.roles == {"x", "y"}


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 2**40},
        {"iss": "https://other"},
        {"iss": None},
        {"aud": "them"},
        {"aud": None},
        {"sub": None},
        {"sub": 7},
        {"sub": "a\x00b"},
        {"roles": "admin"},
        {"roles": {"admin": True}},
        {"roles": [1]},
        {"bureau_id": 7},
        {"bureau_id": "b\n1"},
    ],
    ids=str,
)
async def test_a_token_with_wrong_claims_is_none(file: Path, claims: dict[str, Any]) -> None:
    try:
        token = _token(**claims)
    except TypeError:  # PyJWT itself refuses to write some of them
        token = _by_hand(_claims(**claims))
    assert await _refusal(_tokens(file), f"Bearer {token}") is Code.UNAUTHENTICATED


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _json(**members: Any) -> str:
    return _part(json.dumps(members).encode())


def _by_hand(claims: dict[str, Any]) -> str:
    signed = f"{_json(alg='EdDSA', kid='one')}.{_json(**claims)}"
    return f"{signed}.{_part(KEY.sign(signed.encode()))}"


def _forged() -> dict[str, str]:
    public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    other = Ed25519PrivateKey.generate()
    return {
        "alg none": f"{_json(alg='none', kid='one')}.{_json(**_claims())}.",
        "HS256 by the public key": _token(public, "HS256"),
        "unknown key id": _token(kid="two"),
        "no key id": _token(kid=None),
        "another key": _token(other),
        "changed": _token()[:-4] + "AAAA",
        "deep header": _part(b'{"a":' + b"[" * 30_000) + ".e30.e30",
        "header that is no object": _part(b"[]") + ".e30.e30",
    }


@pytest.mark.parametrize("forged", _forged().values(), ids=_forged().keys())
async def test_a_forged_token_is_none(file: Path, forged: str) -> None:
    assert await _refusal(_tokens(file), f"Bearer {forged}") is Code.UNAUTHENTICATED


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b", "Bearer åäö", "Bearer a.b.c.d"],
)
async def test_garbage_is_no_token(file: Path, header: str | None) -> None:
    assert await _refusal(_tokens(file), header) is Code.UNAUTHENTICATED


def _write(file: Path, content: str | None) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_text(content)


async def test_a_new_key_is_found_without_a_restart(file: Path) -> None:
    tokens, new = _tokens(file, retry=0.0), Ed25519PrivateKey.generate()
    await tokens(f"Bearer {_token()}")
    _write(file, _jwks(one=KEY, two=new))
    assert (await tokens(f"Bearer {_token(new, kid='two')}")).sub == "anna"


async def test_made_up_key_ids_do_not_make_the_keys_be_read_each_time(file: Path) -> None:
    tokens, new = _tokens(file, retry=3600.0), Ed25519PrivateKey.generate()
    await tokens(f"Bearer {_token()}")
    _write(file, _jwks(two=new))
    assert await _refusal(tokens, f"Bearer {_token(new, kid='two')}") is Code.UNAUTHENTICATED
    assert (await tokens(f"Bearer {_token()}")).sub == "anna"


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"keys": ["x"]}', '{"keys": 1}'])
async def test_keys_that_cannot_be_read_at_first_are_503_until_they_can(
    file: Path, content: str | None
) -> None:
    _write(file, content)
    tokens = _tokens(file, retry=0.0)
    for _ in range(2):
        assert await _refusal(tokens, f"Bearer {_token()}") is Code.UNAVAILABLE
    assert await _refusal(_tokens(file, retry=10.0), f"Bearer {_token()}") is Code.UNAVAILABLE
    _write(file, _jwks(one=KEY))
    assert (await tokens(f"Bearer {_token()}")).sub == "anna"


async def test_keys_that_cannot_be_read_later_sign_nobody_out(file: Path) -> None:
    tokens = _tokens(file, retry=0.0, refresh=0.0)
    await tokens(f"Bearer {_token()}")
    _write(file, None)
    for _ in range(3):
        assert (await tokens(f"Bearer {_token()}")).sub == "anna"
    assert await _refusal(tokens, f"Bearer {_token(kid='two')}") is Code.UNAUTHENTICATED


async def test_no_token_is_logged(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    tokens = _tokens(file, retry=0.0)
    seen = [_token(), _token(kid="two"), _token(exp=1)]
    with capture_logs() as logs:
        await tokens(f"Bearer {seen[0]}")
        for token in seen[1:]:
            await _refusal(tokens, f"Bearer {token}")
        _write(file, None)
        await _refusal(tokens, f"Bearer {seen[1]}")
    said = f"{logs} {caplog.text}"
    assert not [part for token in seen for part in token.split(".") if part in said]
