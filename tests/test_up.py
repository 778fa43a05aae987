"""`koppla up` as operators meet it: the ready line, what is wrong, orderly and sudden ends."""

import json
import signal
from pathlib import Path

import psutil

from koppla.profile import SERVICES
from koppla.waiting import until
from tests.support.platform import READY, Platform, koppla

CLIENT = {
    "tenant_id": "4711",
    "org_number": "556469-6291",
    "name": "Överbyns Åkeri AB",
    "city": "Växjö",
    "system_admins": [],
}


async def test_ready_means_ready_and_ctrl_c_ends_in_order(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    await platform.start()
    assert platform.printed == [f"{READY}{platform.url}"]
    async with platform.client("nobody") as http:
        assert (await http.get("/readyz")).status_code == 200
    run = platform.run_json()
    assert run.keys() >= {"pid", "url", "kafka", "databases", "smtp"}
    assert run["databases"].keys() == {"search", "linking", "notifier", "activation"}
    children = psutil.Process(run["pid"]).children(recursive=True)
    assert children
    assert await platform.stop(signal.SIGINT) == 0
    assert not (tmp_path / "run.json").exists()
    assert not [child for child in children if child.is_running()]
    assert "Traceback" not in platform.log()


async def test_a_port_in_use_is_one_line_and_exit_2(tmp_path: Path) -> None:
    first = Platform(tmp_path / "first")
    first.data.mkdir(exist_ok=True)
    await first.start()
    try:
        code, out, err = await koppla(
            "up", "--data", tmp_path / "second", "--port", str(first.port)
        )
        assert (code, out) == (2, "")
        assert err.strip() == f"port {first.port} is in use: choose another by --port"
    finally:
        await first.stop()


async def test_a_folder_in_use_is_one_line_and_exit_2(tmp_path: Path) -> None:
    first = Platform(tmp_path)
    await first.start()
    try:
        second = Platform(tmp_path)
        code, out, err = await koppla("up", "--data", tmp_path, "--port", str(second.port))
        assert (code, out) == (2, "")
        assert "is in use by another run" in err
        assert len(err.strip().splitlines()) == 1
    finally:
        await first.stop()


async def test_a_wrong_setting_is_one_line_that_names_it(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    code, _, err = await koppla(
        *("up", "--data", tmp_path, "--port", str(platform.port), "--smtp", "gopher://x")
    )
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert "KOPPLA_SMTP_URL" in err


async def test_with_an_issuer_of_ones_own_nothing_is_played(tmp_path: Path) -> None:
    issuer = {"KOPPLA_JWKS_URL": "https://issuer.example/jwks"}
    platform = {"KOPPLA_PLATFORM_URL": "https://platform.example"}
    for given, missing in (
        (issuer, "KOPPLA_PLATFORM_URL"),
        (issuer | platform, "KOPPLA_SMTP_URL"),
    ):
        code, out, err = await koppla("up", "--data", tmp_path, env=given)
        assert (code, out) == (2, "")
        assert err == f"{missing}: is missing, and needed with an issuer of one's own\n"


async def test_an_import_survives_a_kill_right_after_it_answered(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    await platform.start()
    file = tmp_path / "clients.jsonl"
    file.write_text(json.dumps(CLIENT, ensure_ascii=False) + "\n")
    code, out, err = await koppla("import", "clients", file, "--data", tmp_path)
    assert (code, out) == (0, "1 clients published\n"), err
    await platform.kill()
    await platform.start()
    try:
        async with platform.client("support", "support_agent") as http:

            async def found() -> bool:
                answer = await http.post("/v1/client-searches", json={"tenant_id": "4711"})
                return [item["name"] for item in answer.json()["items"]] == [CLIENT["name"]]

            await until(found, what="the imported client")
    finally:
        assert await platform.stop() == 0


async def test_commands_against_a_folder_where_nothing_runs_say_so(tmp_path: Path) -> None:
    file = tmp_path / "clients.jsonl"
    file.write_text(json.dumps(CLIENT) + "\n")
    for command in (["import", "clients", str(file)], ["status"]):
        code, out, err = await koppla(*command, "--data", tmp_path)
        assert (code, out) == (2, "")
        assert len(err.strip().splitlines()) == 1
        assert "nothing runs in" in err


async def test_bad_lines_are_named_and_nothing_is_published(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    await platform.start()
    try:
        file = tmp_path / "clients.jsonl"
        bad = {**CLIENT, "tenant_id": "x", "org_number": "556469-6290"}
        file.write_text(f"{json.dumps(CLIENT)}\n{json.dumps(bad)}\nnot json\n")
        code, out, err = await koppla("import", "clients", file, "--data", tmp_path)
        assert (code, out) == (2, "")
        assert "line 2: tenant_id" in err
        assert "line 2: org_number" in err
        assert "line 3: record: not JSON" in err
        code, out, err = await koppla(
            "import", "clients", file, "--skip-invalid", "--data", tmp_path
        )
        assert code == 0
        assert out.startswith("1 clients published")
        status, out, err = await koppla("status", "--json", "--data", tmp_path)
        assert status == 0, err
        items = json.loads(out)["items"]
        assert {item["service"] for item in items} == set(SERVICES)
        assert all(item["ready"] for item in items)
    finally:
        assert await platform.stop() == 0
