"""The composition root: settings in, an app out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from chassis.client_address import ClientAddresses
from chassis.http import Edge
from chassis.telemetry import Metrics
from portal import errors, pages
from portal.edge import LastNet, PageHeaders, origin
from portal.footer import Way
from portal.forms import Drafts
from portal.gateway.client import Gateway
from portal.rendering import Pages
from portal.searches import Searches
from portal.session import Sessions
from portal.settings import PortalSettings
from portal.shared import Portal
from portal.sign_in import routes as sign_in
from portal.sign_in.demo import Demo, DocumentDemo
from portal.sign_in.oidc import OpenIdConnect
from portal.sign_in.renewal import Renewal

NAME = "portal"


@asynccontextmanager
async def opened(
    settings: PortalSettings, demo: Demo | None = None, footer: tuple[Way, ...] = ()
) -> AsyncIterator[FastAPI]:
    """The portal's app while the block runs. demo: people to be, where the settings have none.

    Raises SettingError where the settings' own list can't be read.
    """
    gateway = Gateway(settings.portal_gateway_url)
    try:
        yield _app(_portal(settings, gateway, demo, footer))
    finally:
        await gateway.close()


def _portal(
    settings: PortalSettings, gateway: Gateway, demo: Demo | None, footer: tuple[Way, ...]
) -> Portal:
    keys = settings.keys
    sessions = Sessions(
        keys.seal("session"), settings.portal_session_ttl, secure=settings.is_secure
    )
    return Portal(
        settings=settings,
        gateway=gateway,
        addresses=ClientAddresses(settings.trusted_proxies),
        sessions=sessions,
        drafts=Drafts(keys.seal("draft", is_pressed=True), sessions),
        searches=Searches(keys),
        attempts=keys.seal("sign-in"),
        pages=Pages(),
        demo=_demo(settings, demo),
        footer=footer,
    )


def _demo(settings: PortalSettings, given: Demo | None) -> Demo | None:
    if settings.has_issuer:
        return None
    document = settings.portal_demo.get_secret_value().strip() if settings.portal_demo else ""
    return DocumentDemo(document) if document else given


def _app(portal: Portal) -> FastAPI:
    app = FastAPI(
        title="Koppla portal",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.portal = portal
    metrics = Metrics(NAME)
    _add_health(app, metrics)
    portal.pages.mount(app)
    oidc = OpenIdConnect(portal.settings) if portal.settings.has_issuer else None
    app.include_router(sign_in.router(portal.demo, oidc))
    for group in pages.ROUTERS:
        app.include_router(group)
    unexpected = errors.install(app)
    # The last one added is the outermost.
    if oidc is not None:
        app.add_middleware(Renewal, sessions=portal.sessions, oidc=oidc)
    app.add_middleware(LastNet, page=unexpected)
    app.add_middleware(PageHeaders, forms_lead_to=_other_origins(portal.settings))
    app.add_middleware(Edge, metrics=metrics)
    return app


def _other_origins(settings: PortalSettings) -> tuple[str, ...]:
    """Where forms lead: a sign-in to the platform, signing out to the issuer."""
    places = [settings.platform_url, *filter(None, [settings.portal_oidc_issuer])]
    ours = origin(settings.public_url)
    return tuple(dict.fromkeys(one for one in map(origin, places) if one != ours))


def _add_health(app: FastAPI, metrics: Metrics) -> None:
    """For whoever runs the process; the gateway lets nobody else come here."""

    @app.get("/healthz")
    @app.get("/readyz")
    async def healthy() -> Response:
        # It keeps nothing and needs nobody: where the API is away, its pages say so.
        return JSONResponse({"status": "ok"})

    @app.get("/metrics")
    async def measured() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
