"""What linking must do, in the plainest words: a model to compare the service with.

Time counts in whole hours until something ends; it only moves by `jump`. No version, event or
answer is looked up in the service's code: this is written from requirements.md and design.md.
"""

from dataclasses import dataclass, field

WEEK, DAY = 168, 24


@dataclass
class Sending:
    """hours: until its links end. to: address by user id."""

    hours: int
    to: dict[str, str]
    reminded: bool = False


@dataclass
class Request:
    """status as it is stored: a pending one may be past its time."""

    id: str
    version: int
    sendings: list[Sending]
    status: str = "pending"
    decided_by: str | None = None
    reason: str | None = None

    @property
    def hours(self) -> int:
        return self.sendings[-1].hours

    @property
    def shown(self) -> str:
        return "expired" if self.status == "pending" and self.hours <= 0 else self.status


@dataclass
class Link:
    id: str
    route: str
    version: int
    status: str = "active"
    reason: str | None = None


@dataclass
class Pair:
    """said: the types of all its events, in order."""

    version: int = 0
    requests: list[Request] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def stored_pending(self) -> Request | None:
        return next((one for one in self.requests if one.status == "pending"), None)

    @property
    def active(self) -> Link | None:
        return next((one for one in self.links if one.status == "active"), None)

    def change(self, event: str) -> int:
        self.version += 1
        self.said.append(event)
        return self.version


@dataclass
class Bureau:
    exists: bool = True
    excluded: bool = False


@dataclass
class Client:
    """admins: address by user id."""

    admins: dict[str, str]
    exists: bool = True


class Model:
    """Each act gives the expected code; None for a success."""

    def __init__(self, bureaus: list[str], clients: list[str]) -> None:
        self.bureaus = {name: Bureau() for name in bureaus}
        self.clients = {name: Client({}) for name in clients}
        self.pairs = {(b, c): Pair() for b in bureaus for c in clients}

    def requests(self) -> list[tuple[str, str, Request]]:
        """Each with whose it is."""
        return [(b, c, r) for (b, c), pair in self.pairs.items() for r in pair.requests]

    def pending(self) -> list[tuple[str, str, Request]]:
        return [one for one in self.requests() if one[2].shown == "pending"]

    def links(self) -> list[tuple[str, str, Link]]:
        return [(b, c, link) for (b, c), pair in self.pairs.items() for link in pair.links]

    def create(self, bureau: str, client: str) -> str | None:
        pair = self.pairs[bureau, client]
        if not self.bureaus[bureau].exists:
            return "FORBIDDEN"
        if self.bureaus[bureau].excluded:
            return "BUREAU_EXCLUDED"
        if not self.clients[client].exists:
            return "CLIENT_NOT_FOUND"
        if pair.active:
            return "ALREADY_LINKED"
        before = pair.stored_pending
        if before is not None and before.shown == "pending":
            return "DUPLICATE_REQUEST"
        if not self.clients[client].admins:
            return "NO_SYSTEM_ADMIN"
        if before is not None:
            self._expire(pair, before)
        version = pair.change("LinkRequested")
        pair.requests.append(Request("", version, [self._sending(client)]))
        return None

    def answer(
        self, bureau: str, client: str, request: Request, number: int, user: str, accept: bool
    ) -> str | None:
        pair, sending = self.pairs[bureau, client], request.sendings[number - 1]
        wanted = "accepted" if accept else "declined"
        if request.shown in ("accepted", "declined") and request.decided_by == user:
            return None if request.shown == wanted else "ALREADY_DECIDED"
        if request.shown in ("accepted", "declined", "cancelled"):
            return "ALREADY_DECIDED"
        if request.shown == "expired" or sending.hours <= 0:
            return "LINK_EXPIRED"
        if not self._is_admin(client, user, sending.to[user]):
            return "NOT_A_SYSTEM_ADMIN"
        request.status, request.decided_by = wanted, user
        request.version = pair.change("LinkRequestAccepted" if accept else "LinkRequestDeclined")
        if accept:
            pair.links.append(Link("", "digital", pair.change("LinkEstablished")))
        return None

    def cancel(self, bureau: str, client: str, request: Request) -> str | None:
        pair = self.pairs[bureau, client]
        if not self.bureaus[bureau].exists:
            return "FORBIDDEN"
        if request.shown == "cancelled":
            return None
        if request.shown != "pending":
            return "ALREADY_DECIDED"
        self._cancel(pair, request, None)
        return None

    def resend(self, bureau: str, client: str, request: Request) -> str | None:
        pair = self.pairs[bureau, client]
        if not self.bureaus[bureau].exists:
            return "FORBIDDEN"
        if self.bureaus[bureau].excluded:
            return "BUREAU_EXCLUDED"
        if request.shown != "pending":
            return "ALREADY_DECIDED"
        if not self.clients[client].admins:
            return "NO_SYSTEM_ADMIN"
        request.sendings.append(self._sending(client))
        request.version = pair.change("LinkRequestResent")
        return None

    def paper_form(self, bureau: str, client: str) -> str | None:
        pair = self.pairs[bureau, client]
        if not self.bureaus[bureau].exists or not self.clients[client].exists:
            return "INVALID_INPUT"
        if pair.active:
            return "ALREADY_LINKED"
        before = pair.stored_pending
        if before is not None:
            self._withdraw(pair, before, "paper_form")
        pair.links.append(Link("", "paper_form", pair.change("LinkEstablished")))
        return None

    def end_by_bureau(self, bureau: str, client: str, link: Link) -> str | None:
        if not self.bureaus[bureau].exists:
            return "FORBIDDEN"
        return self.end(bureau, client, link)

    def end_by_client(
        self, bureau: str, client: str, link: Link, user: str, address: str
    ) -> str | None:
        if not self._is_admin(client, user, address):
            return "NOT_A_SYSTEM_ADMIN"
        return self.end(bureau, client, link)

    def end(self, bureau: str, client: str, link: Link, reason: str | None = None) -> None:
        if link.status == "active":
            link.status, link.reason = "ended", reason
            link.version = self.pairs[bureau, client].change("LinkEnded")

    def sweep(self) -> None:
        for (_, client), pair in self.pairs.items():
            request = pair.stored_pending
            if request is None:
                continue
            sending = request.sendings[-1]
            if sending.hours <= 0:
                self._expire(pair, request)
            elif sending.hours <= DAY and not sending.reminded:
                sending.reminded = True
                if any(self._is_admin(client, *to) for to in sending.to.items()):
                    request.version = pair.change("LinkRequestReminderDue")

    def jump(self, hours: int) -> None:
        for pair in self.pairs.values():
            for request in pair.requests:
                for sending in request.sendings:
                    sending.hours -= hours

    def client_says(self, client: str, admins: dict[str, str]) -> None:
        self.clients[client] = Client(admins)

    def client_gone(self, client: str) -> None:
        self.clients[client] = Client({}, exists=False)
        for (bureau, other), pair in self.pairs.items():
            if other == client:
                self._finish(bureau, client, pair, "client_deleted")

    def bureau_says(self, bureau: str) -> None:
        self.bureaus[bureau].exists = True

    def bureau_gone(self, bureau: str) -> None:
        self.bureaus[bureau].exists = False
        for (other, client), pair in self.pairs.items():
            if other == bureau:
                self._finish(bureau, client, pair, "bureau_deleted")

    def _finish(self, bureau: str, client: str, pair: Pair, reason: str) -> None:
        before = pair.stored_pending
        if before is not None:
            self._withdraw(pair, before, reason)
        if pair.active is not None:
            self.end(bureau, client, pair.active, reason)

    def _withdraw(self, pair: Pair, request: Request, reason: str) -> None:
        if request.hours <= 0:
            self._expire(pair, request)
        else:
            self._cancel(pair, request, reason)

    def _cancel(self, pair: Pair, request: Request, reason: str | None) -> None:
        request.status, request.reason = "cancelled", reason
        request.version = pair.change("LinkRequestCancelled")

    def _expire(self, pair: Pair, request: Request) -> None:
        request.status = "expired"
        request.version = pair.change("LinkRequestExpired")

    def _sending(self, client: str) -> Sending:
        return Sending(WEEK, dict(self.clients[client].admins))

    def _is_admin(self, client: str, user: str, address: str) -> bool:
        return self.clients[client].exists and self.clients[client].admins.get(user) == address
