"""What activation says of a bureau's clients. `version` is the pair's, as linking counts it;
`revision` counts activation's own changes of that client from 1."""

from typing import ClassVar
from uuid import UUID

from contracts.events.event import PairEvent, Part, Person
from contracts.fields import Access, Moment, Program, UserId
from contracts.topics import ACTIVATION_CLIENTS, Topic


class Permission(Part):
    program: Program
    access: Access


class Grant(Part):
    consultant_id: UserId
    permissions: tuple[Permission, ...]


class ClientEvent(PairEvent):
    topic: ClassVar[Topic] = ACTIVATION_CLIENTS

    link_id: UUID
    revision: int
    at: Moment


class ClientListed(ClientEvent):
    """The client is in the bureau's activation list."""


class ClientActivated(ClientEvent):
    """A bureau admin activated the client, with these grants."""

    activated_by: Person
    grants: tuple[Grant, ...]


class PermissionsChanged(ClientEvent):
    """One consultant's permissions at one client are now these."""

    changed_by: Person
    consultant_id: UserId
    permissions: tuple[Permission, ...]


class ClientDelisted(ClientEvent):
    """The link ended: no sign-in any more; the platform closes its sessions."""
