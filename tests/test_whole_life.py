"""The rest of a life through four services: whatever else a request and a link can come to."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from koppla.waiting import until
from tests.support.journey import Pair, link_of, pairs
from tests.support.platform import Platform, koppla
from tests.support.smtp_sink import Received, SmtpSink

JSON = {"accept": "application/json"}


@dataclass
class Stage:
    """A running platform with a small directory, and whom the tests act for."""

    platform: Platform
    sink: SmtpSink
    pairs: list[Pair]

    def bureau(self, pair: Pair) -> httpx.AsyncClient:
        return self.platform.client(
            pair.bureau_admin["user_id"], "bureau_admin", bureau_id=pair.bureau["bureau_id"]
        )

    def support(self) -> httpx.AsyncClient:
        return self.platform.client("sam", "support_agent")

    def anybody(self) -> httpx.AsyncClient:
        return self.platform.client("nobody")

    async def mail(self, to: str, *said: str, after: int = 0) -> Received:
        """A mail to this address that says all of this."""

        def arrived() -> Received | None:
            for mail in self.sink.received[after:]:
                text = " ".join(f"{mail.subject} {mail.text}".split())
                if mail.recipient.casefold() == to.casefold() and all(s in text for s in said):
                    return mail
            return None

        found = await until(arrived, 120, every=0.05, what=f"a mail to {to} with {said}")
        assert found is not None
        return found

    async def asked(self, pair: Pair) -> tuple[dict[str, Any], str]:
        """A request, and the link in the first admin's mail."""
        before = len(self.sink.received)
        wish = {"tenant_id": pair.client["tenant_id"], "entry_point": "digital_bureau"}
        async with self.bureau(pair) as http:
            made = await until(lambda: _done(http, wish), 60, what="the directory to arrive")
        mail = await self.mail(pair.addresses[0], pair.bureau["name"], after=before)
        return made or {}, link_of(mail.text, self.platform.url) or ""


async def _done(http: httpx.AsyncClient, wish: dict[str, Any]) -> dict[str, Any] | None:
    answer = await http.post("/v1/link-requests", json=wish)
    if answer.status_code in (403, 404):  # not there yet
        return None
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture
async def stage(tmp_path: Path, kafka_options: tuple[str, ...]) -> AsyncIterator[Stage]:
    files, data = tmp_path / "files", tmp_path / "data"
    data.mkdir()
    await koppla(*("demo-data", "--clients", "60", "--bureaus", "6", "--seed", "4", "--out", files))
    async with SmtpSink() as sink:
        platform = Platform(data, "--smtp", sink.url, *kafka_options)
        await platform.start()
        try:
            for kind in ("bureaus", "clients"):
                code, _, err = await koppla("import", kind, files / f"{kind}.jsonl", "--data", data)
                assert code == 0, err
            yield Stage(platform, sink, pairs(files, 6))
        finally:
            await platform.stop()


async def test_a_refusal_a_cancellation_and_a_resend_reach_their_people(
    stage: Stage,
) -> None:  # D1, D2, D4
    pair = stage.pairs[0]
    requester = pair.bureau_admin["email"]
    _, link = await stage.asked(pair)
    async with stage.anybody() as http:
        said = {"message": "Vi har redan en byrå åäö"}
        declined = await http.post(f"{link}/decline", json=said, headers=JSON)
        assert declined.json()["status"] == "declined"
    await stage.mail(requester, "Vi har redan en byrå åäö", pair.client["name"])

    made, first = await stage.asked(pair)
    async with stage.bureau(pair) as http, stage.anybody() as client:
        before = len(stage.sink.received)
        again = await http.post(f"/v1/link-requests/{made['id']}/resend")
        assert again.status_code == 200
        mail = await stage.mail(pair.addresses[0], pair.bureau["name"], after=before)
        second = link_of(mail.text, stage.platform.url)
        assert second not in (None, first)
        for link in (first, str(second)):
            assert (await client.get(link, headers=JSON)).json()["status"] == "pending"
        before = len(stage.sink.received)
        assert (await http.post(f"/v1/link-requests/{made['id']}/cancel")).status_code == 200
        for link in (first, str(second)):
            late = await client.post(f"{link}/accept", json={"confirm": True}, headers=JSON)
            assert late.json()["code"] == "ALREADY_DECIDED"
    withdrawn = await stage.mail(pair.addresses[0], pair.bureau["name"], after=before)
    assert link_of(withdrawn.text, stage.platform.url) is None


async def test_a_paper_form_ends_in_the_same_list_and_the_clients_admin_can_end_it(
    stage: Stage,
) -> None:  # R3, R42, D8
    pair = stage.pairs[1]
    tenant, bureau_id = pair.client["tenant_id"], pair.bureau["bureau_id"]
    admin = pair.bureau_admin["user_id"]
    form = {
        "bureau_id": bureau_id,
        "tenant_id": tenant,
        "form_kind": "change_bureau",
        "signed": True,
        "signed_by": "Åke Firmatecknare",
        "signatory_role": "authorised_signatory",
        "signed_on": "2026-01-15",
        "reference": "ARK-7",
    }
    async with stage.support() as http:

        async def registered() -> bool:
            answer = await http.post("/v1/paper-forms", json=form)
            return answer.status_code == 201

        await until(registered, 60, what="the directory to arrive")
    await stage.mail(pair.bureau_admin["email"], pair.client["name"])
    receipt = await stage.mail(pair.addresses[0], pair.bureau["name"], "Åke Firmatecknare")
    manage = link_of(receipt.text, stage.platform.url)
    assert manage is not None
    async with stage.bureau(pair) as http, stage.anybody() as client:

        async def listed() -> bool:
            items = (await http.get("/v1/activation-list")).json()["items"]
            return [one["route"] for one in items if one["tenant_id"] == tenant] == ["paper_form"]

        await until(listed, 60, what="the activation list")
        grants = [
            {"consultant_id": admin, "permissions": [{"program": "payroll", "access": "write"}]}
        ]
        activated = await http.post(
            f"/v1/activation-list/{tenant}/activate", json={"grants": grants}
        )
        assert activated.status_code == 200, activated.text
        handed = await http.post(f"/v1/clients/{tenant}/sign-in", json={})
        assert handed.status_code == 200
        before = len(stage.sink.received)
        ended = await client.post(f"{manage}/end", json={"confirm": True}, headers=JSON)
        assert (ended.status_code, ended.json()["status"]) == (200, "ended")

        async def locked_out() -> bool:
            answer = await http.post(f"/v1/clients/{tenant}/sign-in", json={})
            return answer.status_code == 404

        await until(locked_out, 60, every=0.02, what="the end of access")
        token = str(handed.json()["url"]).partition("token=")[2]
        async with stage.platform.client("platform", "platform") as redeemer:
            redeemed = await redeemer.post("/v1/sign-ins/redeem", json={"token": token})
        assert redeemed.json()["code"] == "NO_PERMISSION"
        assert (await http.get("/v1/clients")).json()["items"] == []
    for address in (pair.bureau_admin["email"], pair.addresses[0]):
        await stage.mail(address, pair.client["name"], after=before)


async def test_who_declines_too_late_is_sent_to_a_mail_that_ends_the_link(
    stage: Stage,
) -> None:  # D8, R32
    pair = next(one for one in stage.pairs if len(set(one.addresses)) > 1)
    first, second = pair.addresses[:2]
    _, link = await stage.asked(pair)
    hers = link_of((await stage.mail(second, pair.bureau["name"])).text, stage.platform.url)
    page = {"accept": "text/html", "accept-language": "sv"}
    async with stage.anybody() as http:
        asked = await http.get(link, headers=page)
        assert "med länken i mejlet som ni får när någon av er har accepterat" in asked.text
        before = len(stage.sink.received)
        assert (await http.post(f"{link}/accept", data={"confirm": "on"})).status_code == 303
        late = await http.post(f"{hers}/decline", headers=page)
        assert (
            late.status_code,
            "i mejlet som du fick när förfrågan accepterades" in late.text,
        ) == (
            409,
            True,
        )
        for address in (first, second):
            mail = await stage.mail(address, pair.bureau["name"], after=before)
            manage = link_of(mail.text, stage.platform.url)
            assert manage is not None, address
            shown = await http.get(manage, headers=JSON)
            assert (shown.json()["purpose"], shown.json()["status"]) == ("manage", "active")
        ended = await http.post(f"{manage}/end", json={"confirm": True}, headers=JSON)
        assert (ended.status_code, ended.json()["status"]) == (200, "ended")


async def test_an_exclusion_holds_at_once_in_search_and_linking(stage: Stage) -> None:  # R12, R13
    pair = stage.pairs[2]
    tenant, bureau_id = pair.client["tenant_id"], pair.bureau["bureau_id"]
    data = stage.platform.data
    async with stage.bureau(pair) as http:

        async def search() -> int:
            answer = await http.post("/v1/client-searches", json={"tenant_id": tenant})
            return answer.status_code

        async def answers(status: int) -> bool:
            return await search() == status

        await until(lambda: answers(200), 60, what="the directory to arrive")
        code, out, err = await koppla("exclusions", "add", "bureau", bureau_id, "--data", data)
        assert (code, bureau_id in out) == (0, True), err
        await until(lambda: answers(403), 60, every=0.02, what="the exclusion")
        refused = await http.post(
            "/v1/link-requests", json={"tenant_id": tenant, "entry_point": "client_manager"}
        )
        assert refused.json()["code"] == "BUREAU_EXCLUDED"
        await koppla("exclusions", "remove", "bureau", bureau_id, "--data", data)
        await until(lambda: answers(200), 60, every=0.02, what="the exclusion's end")
    code, out, _ = await koppla("audit", "verify", "--data", data, "--json")
    assert (code, json.loads(out)["items"]) == (0, [])
    who = pair.bureau_admin["user_id"]
    code, out, err = await koppla("person", "export", who, "--data", data)
    assert (code, pair.bureau_admin["email"] in out) == (0, True), err
    assert set(json.loads(out)["services"]) == {"search", "linking", "notifier", "activation"}
    code, _, err = await koppla("person", "erase", who, "--reason", "x", "--yes", "--data", data)
    assert (code, "still in the directory" in err) == (2, True), err


async def test_no_log_line_holds_a_token_or_a_sole_traders_number(stage: Stage) -> None:
    _, link = await stage.asked(stage.pairs[3])
    async with stage.anybody() as http:
        await http.get(link)
        await http.post(f"{link}/decline", data={"message": "nej"})
    log = stage.platform.log()
    assert link.rpartition("/")[2] not in log
    assert not re.search(r"Bearer ey|\beyJ", log)
