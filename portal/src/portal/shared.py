"""What all requests share, made once by `app`."""

from dataclasses import dataclass

from chassis.client_address import ClientAddresses
from portal.footer import Way
from portal.forms import Drafts
from portal.gateway.client import Gateway
from portal.rendering import Pages
from portal.sealing import Seal
from portal.searches import Searches
from portal.session import Sessions
from portal.settings import PortalSettings
from portal.sign_in.demo import Demo


@dataclass(frozen=True, slots=True)
class Portal:
    """demo: None where people sign in at an issuer. footer: what a run
    for development shows beside the pages. searches, attempts: what a browser keeps,
    sealed."""

    settings: PortalSettings
    gateway: Gateway
    addresses: ClientAddresses
    sessions: Sessions
    drafts: Drafts
    searches: Searches
    attempts: Seal
    pages: Pages
    demo: Demo | None
    footer: tuple[Way, ...]
