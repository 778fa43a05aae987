"""`koppla up --demo` prints a walk; pasted into a shell as printed, it works."""

import json
from pathlib import Path

from koppla.waiting import until
from koppla.walk import CLIENT, commands
from tests.support.platform import Platform, koppla, shell

ROOT = Path(__file__).resolve().parents[1]


async def test_the_printed_walk_works_as_printed(tmp_path: Path) -> None:  # R16, R17, R24, R44
    platform = Platform(tmp_path, "--demo")
    await platform.start()
    try:
        walk = commands(platform.url, tmp_path)
        await until(lambda: all(f"  {command}" in platform.printed for _, command in walk))
        script = "\n".join(["set -e", *(command for _, command in walk)])
        code, out, err = await shell(script, ROOT)
        assert code == 0, err
        steps = [line for line in out.splitlines() if line.strip()]
        assert '"org_number":"558000-0015"' in steps[0]
        assert '"status":"pending"' in steps[1]
        assert steps[2].startswith(f"{platform.url}/l/")
        assert '"status":"accepted"' in steps[4]
        assert f'"tenant_id":"{CLIENT}"' in steps[5]
        assert '"may_sign_in":true' in steps[7]
        assert "?token=" in steps[8]
        await _is_explained(tmp_path, json.loads(steps[1])["id"])
    finally:
        assert await platform.stop() == 0


async def _is_explained(data: Path, request_id: str) -> None:
    code, out, err = await koppla("explain", request_id, "--data", data, "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["request"]["status"] == "accepted"
    assert [one["status"] for one in told["links"]] == ["active"]
    assert told["listed"]["active"] is True
    assert "accepted" in {one["type"] for one in told["events"]}
    _, out, _ = await koppla("explain", request_id, "--data", data)
    assert "an active link" in out
    for unknown in ("0190", "01900000-0000-7000-8000-000000000000"):
        code, _, err = await koppla("explain", unknown, "--data", data)
        assert (code, "REQUEST_NOT_FOUND" in err) == (2, True)
