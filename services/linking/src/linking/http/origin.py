"""Where an act by the API comes from, for the audit trail."""

from fastapi import Request

from chassis.client_address import ClientAddresses
from linking.service.auditing import Origin


class Origins:
    """Reads it off requests. An API shows no page, so no text is kept with its acts."""

    def __init__(self, addresses: ClientAddresses) -> None:
        self._addresses = addresses

    def of(self, request: Request) -> Origin:
        return Origin(address=self._addresses.of(request))
