"""The main job, from asking to being linked."""

from contracts.events.linking import LinkEstablished, LinkRequestAccepted
from services.linking.tests.world import World


async def test_a_request_is_asked_mailed_accepted_and_told(world: World) -> None:  # R35, R36
    made = await world.asked(message="Hej, vi börjar i maj.")
    assert made["status"] == "pending"
    tokens = await world.mailed(made)
    page = await world.page(tokens["eva"])
    assert page.status_code == 200
    assert page.json()["status"] == "pending"
    answer = await world.accept(tokens["eva"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "accepted"
    assert answer.json()["decided_by"] == {
        "user_id": "eva",
        "name": "Eva Åberg",
        "side": "client",
    }
    [accepted] = await world.published(LinkRequestAccepted, 1)
    [established] = await world.published(LinkEstablished, 1)
    assert accepted.acceptor.user_id == "eva"
    assert {one.user_id for one in accepted.recipients} == {"fia", "gun"}
    assert (accepted.version, established.version) == (2, 3)
    assert established.link_id == accepted.link_id
    shown = await world.get(f"/v1/link-requests/{made['id']}")
    assert (shown["status"], shown["version"]) == ("accepted", 2)
    [link] = (await world.get("/v1/links"))["items"]
    assert link["accepted_by"]["user_id"] == "eva"
