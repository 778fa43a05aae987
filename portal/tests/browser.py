"""Somebody at the portal without script: opens addresses, follows links, sends forms."""

from typing import Any

import httpx

from portal.tests.page import Form, Page


class Browser:
    """Keeps cookies and where it is, as a browser's tab does."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.http = httpx.AsyncClient(
            base_url=url, headers=headers, trust_env=False, verify=False, timeout=60
        )
        self.answer: httpx.Response | None = None
        self.page = Page("")

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.http.aclose()

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status_code

    @property
    def path(self) -> str:
        assert self.answer is not None
        return self.answer.url.path

    async def open(self, path: str, **headers: str) -> Page:
        return await self._at(await self.http.get(path, headers=headers))

    async def follow(self, words: str) -> Page:
        """Opens the link of these words."""
        return await self.open(self.page.link(words).href)

    async def press(self, words: str, form: Form | None = None, **typed: str) -> Page:
        """Sends the form with the button of these words, as it is but for what is typed."""
        form = form or self.page.form(words)
        button = form.button(words)
        pairs = [(name, typed.pop(name, value)) for name, value in form.fields] + [*typed.items()]
        if button.name:
            pairs.append((button.name, button.value))
        return await self.send(form, pairs)

    async def send(self, form: Form, pairs: list[tuple[str, str]], **headers: str) -> Page:
        if form.method == "get":
            return await self._at(await self.http.get(form.action, params=pairs, headers=headers))
        return await self._at(await self.post(form.action, pairs, **headers))

    async def post(self, path: str, pairs: list[tuple[str, str]], **headers: str) -> httpx.Response:
        """The answer as it comes, without following where it leads."""
        body = str(httpx.QueryParams(pairs))
        kind = {"content-type": "application/x-www-form-urlencoded"}
        origin = {"origin": self.url, "sec-fetch-site": "same-origin"}
        return await self.http.post(path, content=body, headers=kind | origin | headers)

    def hold(self, name: str, value: str) -> None:
        """A cookie as if the portal had set it."""
        self.http.cookies.set(name, value, domain="localhost.local", path="/")

    async def be(self, name: str) -> Page:
        """Signs in at the page for development."""
        await self.open("/logga-in")
        return await self.press(name)

    async def _at(self, answer: httpx.Response) -> Page:
        for _ in range(8):
            if answer.status_code != 303:
                break
            answer = await self.http.get(answer.headers["location"])
        self.answer = answer
        self.page = Page(answer.text)
        assert "Traceback" not in answer.text
        return self.page
