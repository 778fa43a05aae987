"""What looking at a page finds: that a page of ours passes says something only if a bad one does
not."""

import pytest
from playwright.async_api import Browser

from tests.browser.looks import out_of_place, violations
from tests.browser.window import window

PAGE = """<!doctype html><html lang="sv"><meta name="viewport" content="width=device-width">
<title>Prov</title><style>body {{ background: #fff; color: #000; }} {css}</style>
<main><h1>Prov</h1>{body}</main>"""
PALE = "p { color: #ddd; }"


@pytest.mark.parametrize(
    ("css", "where"),
    [
        (f"@media (max-width: 400px) {{ {PALE} }}", ["360 px, light", "360 px, dark"]),
        (f"@media (min-width: 1000px) {{ {PALE} }}", ["1440 px, light", "1440 px, dark"]),
        (f"@media (prefers-color-scheme: dark) {{ {PALE} }}", ["360 px, dark", "1440 px, dark"]),
    ],
)
async def test_what_can_t_be_read_at_one_width_or_in_one_scheme_is_found(
    browser: Browser, css: str, where: list[str]
) -> None:
    async with window(browser, "null") as anybody:
        page = await anybody.context.new_page()
        await page.set_content(PAGE.format(css=css, body="<p>Text</p>"))
        found = await violations(page)
        assert [one.partition(": ")[0] for one in found if "color-contrast" in one] == where


async def test_a_small_button_is_found_and_a_link_in_a_sentence_is_none(browser: Browser) -> None:
    small = "button, a.button { font: 10px sans-serif; padding: 0; border: 0; }"
    body = """<p class="actions"><button>Skicka</button></p>
        <p>I en mening <a class="button" href="#">en länk</a>.</p>"""
    async with window(browser, "null") as anybody:
        page = await anybody.context.new_page()
        await page.set_content(PAGE.format(css=small, body=body))
        [one] = await out_of_place(page)
        assert one.startswith("<button>Skicka</button>")
