"""GET /l/{token}: what an admin sees, in Swedish and English, and that looking changes nothing."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest

from contracts.events.linking import LinkRequested
from contracts.fields import PROGRAMS
from contracts.org_number import OrgNumber
from services.linking.tests.world import ADA, EVA, FIA, HTML, NORD, SYD, World, client

WEEK = timedelta(hours=168)


class Elements(HTMLParser):
    """The elements of a page and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def ways(self) -> list[str]:
        """Where its links lead; not within the page."""
        leading = [str(one["href"]) for one in self.all("a")]
        return [href for href in leading if not href.startswith("#")]

    @property
    def sheets(self) -> list[str]:
        return [str(one["href"]) for one in self.all("link") if one["rel"] == "stylesheet"]


async def test_the_page_as_json_says_all_that_is_promised(world: World) -> None:  # R28, R29
    made = await world.asked(message="Hej åäö")
    token = (await world.mailed(made))["eva"]
    answer = await world.page(token)
    assert answer.status_code == 200
    assert answer.json() == {
        "purpose": "decide",
        "status": "pending",
        "bureau": {"name": NORD.name, "org_number": "556469-6291"},
        "client": {"tenant_id": "100001", "name": "Nordkust Åkeri AB"},
        "recipient": {"name": EVA.name},
        "requested_by": {"user_id": "ada", "name": ADA.name, "side": "bureau"},
        "message": "Hej åäö",
        "created_at": made["created_at"],
        "sent_at": made["created_at"],
        "expires_at": made["expires_at"],
        "decided_at": None,
        "decided_by": None,
        "reason": None,
        "linked_bureaus": [],
        "programs": list(PROGRAMS),
    }


async def test_the_page_in_swedish_has_details_and_an_unticked_box(world: World) -> None:  # R29
    made = await world.asked(message="Hej <b>åäö</b>")
    token = (await world.mailed(made))["eva"]
    answer = await world.page(token, HTML)
    page = Elements(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.all("html") == [{"lang": "sv"}]
    for said in (
        *(NORD.name, "556469-6291", "Nordkust Åkeri AB", "100001", ADA.name, EVA.name),
        *("Skickad", "Giltig till", "svensk tid, CE", "Hej <b>åäö</b>", "Bokföring", "Lön"),
        *("Byråer som redan är kopplade", "Ingen byrå är kopplad i dag.", "Acceptera förfrågan"),
    ):
        assert said in page.text
    # On a phone the answer is three screens down.
    assert [one["href"] for one in page.all("a") if one["href"] == "#answer"] == ["#answer"]
    assert [one["id"] for one in page.all("h2")].count("answer") == 1
    assert page.text.index("Till ditt svar") < page.text.index("Vad åtkomsten innebär")
    [box] = page.all("input")
    assert (box["type"], box["name"], "checked" in box) == ("checkbox", "confirm", False)
    accept, decline = page.all("form")
    assert (accept["method"], accept["action"]) == ("post", f"/l/{token}/accept?lang=sv")
    assert (decline["method"], decline["action"]) == ("post", f"/l/{token}/decline?lang=sv")
    assert page.all("script") == []
    assert not any("style" in attributes for _, attributes in page.found)


LANGUAGES = [
    ("", None, "sv"),
    ("", "en", "en"),
    ("", "en-GB,en;q=0.9", "en"),
    ("", "de, en;q=0.5, sv;q=0.8", "sv"),
    ("", "sv;q=0, en;q=0.1", "en"),
    ("", "fr", "sv"),
    ("", ";;q=x,,", "sv"),
    ("?lang=en", "sv", "en"),
    ("?lang=sv", "en", "sv"),
    ("?lang=de", "en", "en"),
]


async def test_the_language_is_the_readers(world: World) -> None:  # R47
    token = (await world.mailed(await world.asked()))["eva"]
    for query, header, lang in LANGUAGES:
        headers = {**HTML, **({"accept-language": header} if header else {})}
        answer = await world.http.get(f"/l/{token}{query}", headers=headers)
        page = Elements(answer.text)
        assert page.all("html") == [{"lang": lang}], (query, header)
        assert ("Accept the request" if lang == "en" else "Acceptera förfrågan") in page.text
        switch = page.ways
        assert switch == [f"/l/{token}?lang=sv", f"/l/{token}?lang=en"]


async def test_a_sole_traders_bureau_number_is_masked(world: World) -> None:  # R29
    person = {"org_number": OrgNumber("6408233234").display, "name": "Adas byrå"}
    await world.directory(NORD.model_copy(update=person))
    token = (await world.mailed(await world.asked()))["eva"]
    page = await world.page(token)
    assert page.json()["bureau"] == {"name": "Adas byrå", "org_number": "640823-****"}
    html = (await world.page(token, HTML)).text
    assert "640823-****" in html
    assert "3234" not in html
    [event] = await world.published(LinkRequested, 1)
    assert event.bureau_org_number == "640823-****"


async def test_bureaus_already_linked_are_named(world: World) -> None:  # D6
    first = await world.asked(headers=world.user("cia", "syd"))
    await world.accept((await world.mailed(first))["eva"])
    token = (await world.mailed(await world.asked()))["fia"]
    assert (await world.page(token)).json()["linked_bureaus"] == [{"name": SYD.name}]
    assert SYD.name in (await world.page(token, HTML)).text
    assert (await world.accept(token)).status_code == 200
    assert len(await world.running.rows("SELECT 1 FROM links WHERE status = 'active'")) == 2


async def test_looking_a_hundred_times_changes_nothing(world: World) -> None:  # R30, R31
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    tables = ("link_requests", "sendings", "recipients", "links", "pairs", "request_events")

    async def state() -> list[object]:
        return [await world.running.rows(f"SELECT * FROM {table}") for table in tables]

    before = await state()
    for _ in range(50):
        assert (await world.page(token, HTML)).status_code == 200
        head = await world.http.head(f"/l/{token}", headers=HTML)
        assert (head.status_code, head.content) == (200, b"")
    assert await state() == before
    assert (await world.accept(token)).status_code == 200


async def test_the_others_see_who_accepted_and_when(world: World) -> None:  # R33, R35
    tokens = await world.mailed(await world.asked())
    accepted = (await world.accept(tokens["eva"])).json()
    assert "Giltig till" not in (await world.page(tokens["fia"], HTML)).text
    late = await world.page(tokens["fia"])
    assert late.status_code == 200
    assert late.json()["status"] == "accepted"
    assert late.json()["decided_by"] == accepted["decided_by"]
    assert late.json()["decided_at"] == accepted["decided_at"]
    html = await world.page(tokens["fia"], HTML)
    assert html.status_code == 200
    assert "Förfrågan är redan accepterad" in html.text
    assert f"{EVA.name} accepterade" in html.text
    assert "<form" not in html.text
    yours = await world.page(tokens["eva"], HTML)
    assert "Du har accepterat förfrågan" in yours.text


async def test_a_browser_that_comes_late_is_told_on_a_page(world: World) -> None:  # R32
    tokens = await world.mailed(await world.asked())
    await world.accept(tokens["eva"])
    answer = await world.http.post(
        f"/l/{tokens['fia']}/accept", data={"confirm": "yes"}, headers=HTML
    )
    assert answer.status_code == 409
    assert f"{EVA.name} accepterade" in answer.text


async def test_a_browser_that_forgets_the_box_is_asked_again(world: World) -> None:  # D10
    token = (await world.mailed(await world.asked()))["eva"]
    answer = await world.http.post(f"/l/{token}/accept", data={}, headers=HTML)
    assert answer.status_code == 422
    assert "Kryssa i rutan" in answer.text
    assert 'name="confirm"' in answer.text


async def test_an_expired_link_is_gone_and_says_until_when(world: World) -> None:  # R26, R27
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    await world.age(made, WEEK)
    json = await world.page(token)
    assert (json.status_code, json.json()["code"]) == (410, "LINK_EXPIRED")
    html = await world.page(token, HTML)
    assert html.status_code == 410
    assert "Förfrågan har gått ut" in html.text
    assert "<form" not in html.text


async def test_who_is_no_admin_any_more_sees_nothing_of_it(world: World) -> None:  # R34
    tokens = await world.mailed(await world.asked(message="Bara för er"))
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    json = await world.page(tokens["eva"])
    assert (json.status_code, json.json()["code"]) == (403, "NOT_A_SYSTEM_ADMIN")
    html = await world.page(tokens["eva"], HTML)
    assert (html.status_code, "Bara för er" in html.text) == (403, False)
    assert "Du kan inte besvara förfrågan" in html.text


@pytest.mark.parametrize(("status", "title"), [("declined", "avböjd"), ("cancelled", "återtagen")])
async def test_other_ends_have_their_page(world: World, status: str, title: str) -> None:  # R33
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    await world.running.rows(
        "UPDATE link_requests SET status = $1, decided_at = now(),"
        """ decided_by = '{"user_id": "fia", "name": "Fia Öst", "side": "client"}'""",
        status,
    )
    page = await world.page(token, HTML)
    assert (page.status_code, title in page.text) == (200, True)
    assert (await world.page(token)).json()["status"] == status
    answer = await world.accept(token)
    assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_DECIDED")


async def test_a_cut_link_has_a_page_that_says_what_to_do(world: World) -> None:
    for lang, said in (("sv", "Länken fungerar inte"), ("en", "This link does not work")):
        page = await world.page("cut", HTML, lang=lang)
        assert (page.status_code, said in page.text) == (404, True)


async def test_every_answer_below_l_keeps_its_address_to_itself(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    send = world.http.request
    answers = [
        await world.page(token),
        await world.page(token, HTML),
        await world.page("forged", HTML),
        await send("HEAD", f"/l/{token}"),
        await send("DELETE", f"/l/{token}"),
        await send("POST", f"/l/{token}/accept", json={}),
        await send("POST", f"/l/{token}/accept", content=b"x" * 1_000_000),
        await send("POST", f"/l/{token}/accept", data={"confirm": "yes"}, headers=HTML),
        await send("GET", "/l/a/b/c"),
    ]
    assert [one.status_code for one in answers] == [200, 200, 404, 200, 405, 422, 413, 303, 404]
    for answer in answers:
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-robots-tag"].startswith("noindex")


async def test_the_style_sheet_is_there(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    [sheet] = Elements((await world.page(token, HTML)).text).sheets
    answer = await world.http.get(sheet)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "prefers-color-scheme: dark" in answer.text


async def test_a_browser_gets_html_and_a_program_json(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    for accept, kind in (
        ("*/*", "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/json;q=0.5, text/html", "text/html; charset=utf-8"),
        ("text/html;q=0.1, application/json", "application/json"),
    ):
        assert (await world.page(token, {"accept": accept})).headers["content-type"] == kind
    problem = await world.page("forged", {"accept": "*/*"})
    assert problem.headers["content-type"] == "application/problem+json"
