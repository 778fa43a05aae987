"""An admin whom the directory has meanwhile given another role."""

from collections.abc import Sequence

from koppla.demo_people import DirectoryDemo
from portal.sign_in.demo import DemoPerson
from portal.tests.browser import Browser
from portal.tests.linking import linked
from portal.tests.people import LINKED_OTHER
from tests.support.outage import portal_before
from tests.support.platform import Platform

ACTIVATE, CELL = "Aktivera klienten", "p-7-bea:payroll"


class AsBefore(DirectoryDemo):
    """She signs in with the role that she had: in the directory she is a consultant."""

    def people(self) -> Sequence[DemoPerson]:
        about = {"sub": "p-7-bea", "name": LINKED_OTHER, "email": "bea@mail.example"}
        return [DemoPerson(**about, kind="bureau", roles=("bureau_admin",), bureau_id="p-7")]


async def test_it_is_told_that_the_role_may_be_another_and_what_was_chosen_is_kept(
    platform: Platform,
) -> None:
    await linked(platform, "1169")
    async with (
        portal_before(platform.url, platform.data, AsBefore(platform.data)) as url,
        Browser(url) as browser,
    ):
        await browser.be(LINKED_OTHER)
        await browser.open("/aktivera/1169")
        page = await browser.press(ACTIVATE, **{CELL: "w"})
        assert browser.status == 403
        assert "har gett den en annan roll än den du loggade in med" in page.words
        page = await browser.open("/aktivera/1169")
        assert (CELL, "w") in page.form(ACTIVATE).fields
