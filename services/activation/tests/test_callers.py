"""Who may do what: by the token, and by the directory as it is now."""

from services.activation.tests.bureau import (
    READ_BOOKS,
    Activation,
    bureau,
    linked,
    refused,
    user,
)

CONSULTANT = "/v1/clients/100001/consultants/bo"
ROUTES = [
    ("GET", "/v1/activation-list", None, "bureau"),
    ("GET", "/v1/activation-list/100002", None, "bureau"),
    ("GET", "/v1/consultants", None, "bureau"),
    ("POST", "/v1/activation-list/100001/activate", {"grants": []}, "bureau_admin"),
    ("GET", "/v1/clients", None, "bureau"),
    ("GET", "/v1/clients/100001", None, "bureau"),
    ("GET", "/v1/clients/100001/consultants", None, "bureau_admin"),
    ("GET", CONSULTANT, None, "bureau"),
    ("PUT", CONSULTANT, {"permissions": [READ_BOOKS]}, "bureau_admin"),
    ("POST", "/v1/clients/100001/sign-in", {}, "bureau"),
    ("POST", "/v1/sign-ins/redeem", {"token": "x"}, "platform"),
]
ALLOWED = {
    "bureau": {"bureau_admin", "consultant"},
    "bureau_admin": {"bureau_admin"},
    "platform": {"platform"},
}
ROLES = ("bureau_admin", "consultant", "support_agent", "ops", "platform", "system_admin", "root")


async def _ready(service: Activation) -> Activation:
    await service.publish(linked("100001"), linked("100002"))
    await service.activate("100001", {"bo": [READ_BOOKS], "anna": [READ_BOOKS]})
    return service


async def test_without_a_good_token_nothing_is_answered(service: Activation) -> None:  # R2
    await _ready(service)
    expired = service.harness.bearer("anna", "bureau_admin", bureau_id="b-1", ttl=-60)
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic x"}, expired):
        for method, path, body, _ in ROUTES:
            answer = await service.running.http.request(method, path, json=body, headers=headers)
            refused(answer, 401, "UNAUTHENTICATED")
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_each_route_takes_its_roles_only(service: Activation) -> None:  # R2
    await _ready(service)
    for role in ROLES:
        sub = "anna" if role == "bureau_admin" else "bo"
        headers = service.harness.bearer(sub, role, bureau_id="b-1")
        for method, path, body, who in ROUTES:
            answer = await service.running.http.request(method, path, json=body, headers=headers)
            if role not in ALLOWED[who]:
                refused(answer, 403, "FORBIDDEN")
            elif who == "platform":
                refused(answer, 404, "NOT_FOUND")
            else:
                assert answer.status_code == 200, (role, path)


async def test_whom_the_directory_does_not_know_may_nothing(service: Activation) -> None:  # R2
    await _ready(service)
    await service.publish(bureau("b-2", user("cia", "bureau_admin")))
    strangers = [
        ("nobody", "b-1"),
        ("cia", "b-1"),
        ("anna", "b-2"),
        ("anna", "b-9"),
        ("anna", None),
        ("anna", ""),
        ("anna", "b-1 "),
        ("anna' OR 1=1", "b-1"),
        ("Anna", "b-1"),
    ]
    for sub, bureau_id in strangers:
        headers = service.harness.bearer(sub, "bureau_admin", bureau_id=bureau_id)
        for method, path, body, who in ROUTES:
            if who != "platform":
                http = service.running.http
                answer = await http.request(method, path, json=body, headers=headers)
                refused(answer, 403, "FORBIDDEN")


async def test_a_token_cannot_claim_more_than_the_directory_says(service: Activation) -> None:
    await _ready(service)
    headers = service.harness.bearer("bo", "bureau_admin", bureau_id="b-1")
    for method, path, body, who in ROUTES:
        answer = await service.running.http.request(method, path, json=body, headers=headers)
        if who == "bureau_admin":
            refused(answer, 403, "FORBIDDEN")
    path = "/v1/clients/100001/consultants/eva"
    refused(await service.running.http.get(path, headers=headers), 403, "FORBIDDEN")


async def test_an_admin_whose_token_says_consultant_is_one(service: Activation) -> None:
    await _ready(service)
    headers = service.harness.bearer("anna", "consultant", bureau_id="b-1")
    refused(await service.running.http.get(CONSULTANT, headers=headers), 403, "FORBIDDEN")
    answer = await service.running.http.get("/v1/clients", headers=headers)
    assert answer.status_code == 200


async def test_an_admin_of_yesterday_is_none(service: Activation) -> None:  # R38
    await service.publish(linked("100001"))
    await service.publish(bureau("b-1", user("anna"), user("bo", "bureau_admin")))
    refused(await service.post("/v1/activation-list/100001/activate"), 403, "FORBIDDEN")


async def test_a_bureau_that_comes_back_has_its_users_again(service: Activation) -> None:
    await service.harness.broker.publish_raw(bureau().topic, b"b-1", None)
    await service.taken(1)
    refused(await service.get("/v1/clients"), 403, "FORBIDDEN")
    await service.publish(bureau())
    assert await service.listed() == []
