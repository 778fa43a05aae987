"""Headers of everything below /l/, errors of the edge included: the address is a secret."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # The token must reach nobody by a Referer, a cache or a search engine.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Vary": "Accept, Accept-Language",
}


def is_below(path: str) -> bool:
    """Whether it is where links lead to, whole or cut."""
    return path == "/l" or path.startswith("/l/")


class PageHeaders:
    """Outside of the edge, so that a refused body or a lost database has them too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        is_page = scope["type"] == "http" and is_below(scope["path"])
        await self._app(scope, receive, with_headers if is_page else send)
