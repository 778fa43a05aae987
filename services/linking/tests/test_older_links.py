"""A mailed link that is over by the clock: what its holder can do instead, if anything."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import EVA, FIA, HTML, SYD, World, client

WEEK = timedelta(hours=168)
RESENT, NOT_HERS = "Byrån har skickat förfrågan igen: använd", "igen, men inte till dig"
AGAIN, ASK = "Byrån har frågat igen", "Be byrån att skicka en ny förfrågan"
NO_ADMIN = "Du kan inte besvara förfrågan"


async def gone_by(world: World, request: dict[str, Any]) -> None:
    """The first sending's week is over; the second one's isn't."""
    await world.running.rows(
        "UPDATE sendings SET expires_at = now() - interval '1 hour'"
        " WHERE request_id = $1 AND number = 1",
        UUID(request["id"]),
    )


async def says(world: World, token: str, *all_of: str, not_: tuple[str, ...]) -> None:
    answer = await world.page(token, HTML)
    page = Elements(answer.text).text
    assert answer.status_code == 410
    assert [said for said in all_of if said not in page] == []
    assert [said for said in not_ if said in page] == []


async def test_an_older_link_leads_to_the_newest_mail_whoever_has_one(world: World) -> None:  # D2
    made = await world.asked(message="Bara för er")
    tokens = await world.mailed(made)
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    await world.act(made, "resend")
    await gone_by(world, made)
    await says(world, tokens["fia"], RESENT, "Bara för er", not_=(NOT_HERS, NO_ADMIN))
    await says(world, tokens["eva"], NO_ADMIN, not_=(RESENT, NOT_HERS, "Bara för er"))
    # Back among the admins, but without a mail of the newest sending.
    await world.directory(client("100001", "Nordkust Åkeri AB", EVA, FIA))
    await says(world, tokens["eva"], NOT_HERS, not_=(RESENT, NO_ADMIN))
    late = await world.http.post(
        f"/l/{tokens['eva']}/decline?lang=en", data={"message": "No, thanks"}, headers=HTML
    )
    page = Elements(late.text).text
    assert (late.status_code, "but not to you" in page, "No, thanks" in page) == (410, True, True)


async def test_an_expired_link_knows_of_the_bureaus_next_request(world: World) -> None:  # R27
    made = await world.asked()
    old = await world.mailed(made)
    await world.age(made, WEEK)
    await says(world, old["eva"], ASK, not_=(AGAIN,))
    # Another bureau's is none of it.
    await world.asked(headers=world.user("cia", SYD.bureau_id))
    await says(world, old["eva"], ASK, not_=(AGAIN,))
    await world.directory(client("100001", "Nordkust Åkeri AB", EVA))
    again = await world.asked()
    await says(world, old["eva"], AGAIN, not_=(ASK,))
    await says(world, old["fia"], ASK, not_=(AGAIN,))
    page = await world.page(old["eva"], HTML, lang="en")
    assert "The bureau has asked again" in page.text
    await world.age(again, WEEK)
    await says(world, old["eva"], ASK, not_=(AGAIN,))
