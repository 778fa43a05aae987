"""From the link to the client's company, through HTTP."""

from urllib.parse import urlsplit

from services.activation.tests.bureau import (
    KARIN,
    READ_BOOKS,
    READ_PAYROLL,
    Activation,
    client,
    linked,
    refused,
)


async def test_a_link_leads_to_sign_in(service: Activation) -> None:  # R36 R38 R40 R41
    await service.publish(client("100001", "Åkeri & Söner AB"), linked("100001"))
    answer = await service.get("/v1/activation-list", "bo")
    assert answer.json() == {
        "items": [
            {
                "tenant_id": "100001",
                "name": "Åkeri & Söner AB",
                "org_number": "556469-6291",
                "route": "digital",
                "linked_at": "2026-03-29T00:30:00Z",
                "accepted_by": KARIN.model_dump(),
            }
        ],
        "total": 1,
        "next_cursor": None,
    }
    activated = await service.activate("100001", {"bo": [READ_PAYROLL, READ_BOOKS]})
    assert activated.json()["may_sign_in"] is False
    assert await service.listed("anna", "/v1/activation-list") == []
    answer = await service.get("/v1/clients", "bo")
    assert answer.json() == {
        "items": [
            {
                "tenant_id": "100001",
                "name": "Åkeri & Söner AB",
                "org_number": "556469-6291",
                "programs": ["bookkeeping", "payroll"],
                "may_sign_in": True,
            }
        ],
        "next_cursor": None,
    }
    answer = await service.sign_in("bo", program="payroll")
    assert answer.headers["cache-control"] == "no-store"
    url = urlsplit(answer.json()["url"])
    assert url._replace(query="").geturl() == "https://platform.example/in"
    assert url.query.startswith("from=koppla&token=")
    token = url.query.removeprefix("from=koppla&token=")
    redeemed = await service.redeem(token)
    assert redeemed.status_code == 200
    assert redeemed.json() == {
        "user_id": "bo",
        "tenant_id": "100001",
        "bureau_id": "b-1",
        "programs": ["bookkeeping", "payroll"],
        "permissions": [READ_BOOKS, READ_PAYROLL],
        "program": "payroll",
    }
    refused(await service.redeem(token), 410, "SIGN_IN_SPENT")
