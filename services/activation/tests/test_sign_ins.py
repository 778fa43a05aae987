"""Signing in: in one client's context, by those with a grant, once, for a minute."""

import asyncio
import base64
import json
import logging

import pytest

from services.activation.tests.bureau import (
    READ_BOOKS,
    READ_PAYROLL,
    SIGN_IN_KEYS,
    Activation,
    activation_service,
    bureau,
    ended,
    linked,
    refused,
    user,
)
from services.activation.tests.test_retention import purge
from tests.support.harness import Harness


@pytest.fixture
async def activated(service: Activation) -> Activation:
    await service.publish(linked("100001"), linked("100002", name="Bageri AB"))
    await service.activate("100001", {"bo": [READ_BOOKS]})
    await service.activate("100002", {"eva": [READ_PAYROLL]})
    return service


async def test_only_an_activated_client_can_be_entered(service: Activation) -> None:  # R37
    refused(await service.sign_in("bo"), 404, "CLIENT_NOT_FOUND")
    await service.publish(linked("100001"))
    refused(await service.sign_in("bo"), 403, "NO_PERMISSION")
    await service.activate("100001", {"bo": [READ_BOOKS]})
    assert (await service.sign_in("bo")).status_code == 200


async def test_without_a_grant_nobody_enters_admins_neither(activated: Activation) -> None:  # R39
    refused(await activated.sign_in("eva"), 403, "NO_PERMISSION")
    refused(await activated.sign_in("anna"), 403, "NO_PERMISSION")
    assert (await activated.sign_in("bo")).status_code == 200


async def test_a_program_without_permission_is_refused(activated: Activation) -> None:  # R41
    refused(await activated.sign_in("bo", program="payroll"), 403, "NO_PERMISSION")
    assert (await activated.sign_in("bo", program="bookkeeping")).status_code == 200


async def test_an_unknown_program_is_named(activated: Activation) -> None:
    answer = await activated.sign_in("bo", program="chess")
    refused(answer, 422, "INVALID_INPUT")
    assert [error["field"] for error in answer.json()["errors"]] == ["program"]


async def test_a_sign_in_needs_no_body(activated: Activation) -> None:  # R41
    path = "/v1/clients/100001/sign-in"
    answer = await activated.running.http.post(path, headers=activated.headers("bo"))
    assert answer.status_code == 200


async def test_one_clients_sign_in_never_opens_another(activated: Activation) -> None:  # R41 R45
    await activated.put("/v1/clients/100002/consultants/bo", {"permissions": [READ_PAYROLL]})
    one, other = await activated.token("bo", "100001"), await activated.token("bo", "100002")
    redeemed = (await activated.redeem(other)).json()
    assert (redeemed["tenant_id"], redeemed["programs"]) == ("100002", ["payroll"])
    redeemed = (await activated.redeem(one)).json()
    assert (redeemed["tenant_id"], redeemed["programs"]) == ("100001", ["bookkeeping"])


async def test_a_sign_in_is_good_for_a_minute_by_the_database(activated: Activation) -> None:
    answer = await activated.sign_in("bo")
    (row,) = await activated.running.rows(
        "SELECT expires_at - created_at AS ttl, expires_at FROM sign_ins"
    )
    assert row["ttl"].total_seconds() == 60
    assert answer.json()["expires_at"] == row["expires_at"].isoformat().replace("+00:00", "Z")


async def test_a_stale_sign_in_is_spent(activated: Activation) -> None:
    token = await activated.token("bo")
    await activated.running.rows("UPDATE sign_ins SET expires_at = clock_timestamp()")
    refused(await activated.redeem(token), 410, "SIGN_IN_SPENT")


async def test_a_forgotten_sign_in_is_spent_too(activated: Activation) -> None:
    token = await activated.token("bo")
    await activated.running.rows(
        "UPDATE sign_ins SET expires_at = clock_timestamp() - interval '25 hours'"
    )
    await purge(activated)
    await activated.token("bo")
    assert len(await activated.running.rows("SELECT id FROM sign_ins")) == 1
    refused(await activated.redeem(token), 410, "SIGN_IN_SPENT")


async def test_twenty_redeems_at_once_let_in_once(activated: Activation) -> None:  # R41
    token = await activated.token("bo")
    answers = await asyncio.gather(*(activated.redeem(token) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [410] * 19


async def test_a_made_up_token_is_not_found(activated: Activation) -> None:
    token = await activated.token("bo")
    flipped = ("B" if token[40] == "A" else "A").join((token[:40], token[41:]))
    key = base64.b64encode(b"x" * 32).decode()
    for made_up in ("", "x", token[:-1], token + "A", flipped, "\0", "\ud800", key, "å" * 76):
        body = json.dumps({"token": made_up})
        headers = {**activated.headers("platform"), "content-type": "application/json"}
        answer = await activated.running.http.post(
            "/v1/sign-ins/redeem", content=body, headers=headers
        )
        refused(answer, 404, "NOT_FOUND")
    assert (await activated.redeem(token)).status_code == 200


async def test_a_link_that_ended_lets_nobody_in(activated: Activation) -> None:  # R37
    link = linked("100003", name="Cykel AB")
    await activated.publish(link)
    await activated.activate("100003", {"bo": [READ_BOOKS]})
    token = await activated.token("bo", "100003")
    await activated.publish(ended(link))
    refused(await activated.redeem(token), 403, "NO_PERMISSION")
    refused(await activated.sign_in("bo", "100003"), 404, "CLIENT_NOT_FOUND")


async def test_a_sign_in_by_an_earlier_link_is_refused(activated: Activation) -> None:  # R45
    link = linked("100003", name="Cykel AB")
    await activated.publish(link)
    await activated.activate("100003", {"bo": [READ_BOOKS]})
    token = await activated.token("bo", "100003")
    await activated.publish(ended(link), linked("100003", version=7))
    await activated.activate("100003", {"bo": [READ_BOOKS]})
    refused(await activated.redeem(token), 403, "NO_PERMISSION")


async def test_a_grant_taken_back_counts_at_once(activated: Activation) -> None:  # R39
    asked, token = await activated.token("bo", program="bookkeeping"), await activated.token("bo")
    path = "/v1/clients/100001/consultants/bo"
    await activated.put(path, {"permissions": [READ_PAYROLL]})
    refused(await activated.redeem(asked), 403, "NO_PERMISSION")
    assert (await activated.redeem(token)).json()["programs"] == ["payroll"]
    token = await activated.token("bo")
    await activated.put(path, {"permissions": []})
    refused(await activated.redeem(token), 403, "NO_PERMISSION")


async def test_a_user_who_left_is_out_at_once(activated: Activation) -> None:  # R39
    token = await activated.token("bo")
    await activated.publish(bureau("b-1", user("anna", "bureau_admin"), user("eva")))
    refused(await activated.redeem(token), 403, "NO_PERMISSION")
    refused(await activated.sign_in("bo"), 403, "FORBIDDEN")


async def test_a_deleted_bureaus_users_are_out_at_once(activated: Activation) -> None:
    token = await activated.token("bo")
    await activated.harness.broker.publish_raw(bureau().topic, b"b-1", None)
    await activated.taken(1)
    refused(await activated.redeem(token), 403, "NO_PERMISSION")
    refused(await activated.sign_in("bo"), 403, "FORBIDDEN")


async def test_only_the_platform_redeems(activated: Activation) -> None:
    token = await activated.token("bo")
    for who in ("anna", "bo"):
        answer = await activated.post("/v1/sign-ins/redeem", {"token": token}, who)
        refused(answer, 403, "FORBIDDEN")
    assert (await activated.redeem(token)).status_code == 200


async def test_no_token_reaches_a_log_an_event_or_a_table(
    activated: Activation, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await activated.token("bo")
    await activated.redeem(token)
    refused(await activated.redeem(token), 410, "SIGN_IN_SPENT")
    refused(await activated.redeem(token[:-1] + "?"), 404, "NOT_FOUND")
    written = caplog.text + "".join(capfd.readouterr())
    assert token[:20] not in written
    rows = await activated.running.rows(
        "SELECT sign_ins::text AS t FROM sign_ins UNION ALL SELECT outbox::text FROM outbox"
    )
    assert rows
    assert not any(token in row["t"] for row in rows)


async def test_keys_are_rotated_without_a_pause(harness: Harness) -> None:
    newer = "k2:" + base64.b64encode(b"n" * 32).decode()
    urls = await harness.database("activation")
    async with activation_service(harness, urls=urls) as before:
        await before.publish(bureau(), linked("100001"))
        await before.activate("100001", {"bo": [READ_BOOKS]})
        token = await before.token("bo")
    rotated = f"{newer},{SIGN_IN_KEYS}"
    async with activation_service(
        harness, urls=urls, sign_in_keys=rotated, roles=("serve",)
    ) as after:
        assert (await after.redeem(token)).status_code == 200
        refused(await after.redeem(token), 410, "SIGN_IN_SPENT")
        token = await after.token("bo")
    async with activation_service(
        harness, urls=urls, sign_in_keys=newer, roles=("serve",)
    ) as without:
        assert (await without.redeem(token)).status_code == 200
