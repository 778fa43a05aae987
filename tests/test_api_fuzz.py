"""Schemathesis over the four services' OpenAPI document, as every kind of caller: no 5xx, nothing
that the document doesn't say, and nothing of another bureau."""

import os
import secrets
import sys
from pathlib import Path

import pytest

from koppla.waiting import until
from tests.support.journey import Journey, pairs
from tests.support.platform import Platform, koppla, run
from tests.support.smtp_sink import SmtpSink

EXAMPLES = os.environ.get("KOPPLA_FUZZ_EXAMPLES")
"""At random, beside what the document itself makes one think of; none without a word (`make fuzz`
says six), since they cost `make test` a minute."""
PHASES = "examples,coverage,fuzzing" if EXAMPLES else "examples,coverage"
SEED = int(os.environ.get("KOPPLA_SEED") or secrets.randbelow(2**31))
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "nothing_of_another_bureau"),
)
ROLES = ("bureau_admin", "consultant", "foreign", "support_agent", "ops", "platform", "anonymous")


_ROOT = str(Path(__file__).resolve().parents[1])


@pytest.mark.timeout(1200)
async def test_no_caller_finds_an_answer_that_is_not_in_the_document(
    tmp_path: Path, kafka_options: tuple[str, ...]
) -> None:
    files, data = tmp_path / "files", tmp_path / "data"
    data.mkdir()
    await koppla(*("demo-data", "--clients", "60", "--bureaus", "6", "--seed", "4", "--out", files))
    sys.stderr.write(f"\nKOPPLA_SEED={SEED}\n")
    async with SmtpSink() as sink:
        platform = Platform(data, "--smtp", sink.url, *kafka_options)
        await platform.start()
        try:
            for kind in ("bureaus", "clients"):
                await koppla("import", kind, files / f"{kind}.jsonl", "--data", data)
            first, other = pairs(files, 2)
            assert first.bureau["bureau_id"] != other.bureau["bureau_id"]
            journey = Journey(platform, sink, first)
            await journey.go()
            own, admin = first.bureau["bureau_id"], first.bureau_admin["user_id"]
            async with platform.client(admin, "bureau_admin", bureau_id=own) as http:
                [link] = (await http.get("/v1/links")).json()["items"]
            _config(tmp_path, journey, link["id"])
            # A client's name is no secret: any bureau may search for it, and ask.
            words = (journey.request["id"], link["id"], first.bureau["name"])
            for role in ROLES:
                bureau, sub = (own, admin)
                if role == "foreign":
                    bureau, sub = other.bureau["bureau_id"], other.bureau_admin["user_id"]
                await _fuzz(tmp_path, platform, role, bureau, sub, words)
            assert await until(lambda: _ready(platform), 60, what="the services to be ready")
        finally:
            await platform.stop()


def _config(folder: Path, journey: Journey, link_id: str) -> None:
    """What is really there, so that more is met than a 404."""
    given = {
        "path.request_id": journey.request["id"],
        "path.link_id": link_id,
        "path.tenant_id": journey.pair.client["tenant_id"],
        "path.consultant_id": journey.pair.bureau_admin["user_id"],
        "path.form_kind": "link_client",
    }
    lines = [f'"{name}" = "{value}"' for name, value in given.items()]
    (folder / "schemathesis.toml").write_text("[parameters]\n" + "\n".join(lines) + "\n")


async def _fuzz(
    folder: Path, platform: Platform, role: str, bureau: str, sub: str, words: tuple[str, ...]
) -> None:
    header: tuple[str, ...] = ()
    if role != "anonymous":
        real = "bureau_admin" if role == "foreign" else role
        of = bureau if real in ("bureau_admin", "consultant") else None
        token = platform.issuer.token(sub, [real], bureau_id=of, name="Sam Kund", ttl=7200)
        header = ("-H", f"Authorization: Bearer {token}")
    code, out, err = await run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            *("--config-file", str(folder / "schemathesis.toml")),
            *("run", f"{platform.url}/openapi.json", *header),
            *("--checks", ",".join(CHECKS), "--phases", PHASES),
            *("--max-examples", EXAMPLES or "1", "--seed", str(SEED), "--no-color"),
            *("--suppress-health-check", "all"),
        ],
        cwd=folder,
        env={
            "SCHEMATHESIS_HOOKS": "tests.support.fuzz_checks",
            "PYTHONPATH": _ROOT,
            "KOPPLA_FUZZ_SECRETS": "\t".join(words if role == "foreign" else ()),
        },
    )
    assert code == 0, f"{role}:\n{out[:12000]}\n{err[-2000:]}"


async def _ready(platform: Platform) -> bool:
    async with platform.client("nobody") as http:
        return (await http.get("/readyz")).status_code == 200
