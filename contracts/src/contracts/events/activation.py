"""What activation says of a bureau's clients. `version` is the pair's, as linking counts it;
`revision` counts activation's own changes of that client from 1."""

from typing import ClassVar
from uuid import UUID

from contracts.events.event import PairEvent, Part, Person
from contracts.fields import Access, Count, Moment, Program, UserId
from contracts.topics import ACTIVATION_CLIENTS, Topic


class Permission(Part):
    """What may be done in one program."""

    program: Program
    access: Access


class Grant(Part):
    """All that one consultant may do at one client."""

    consultant_id: UserId
    permissions: tuple[Permission, ...]


class ClientEvent(PairEvent):
    """A change of one client of a bureau's lists."""

    topic: ClassVar[Topic] = ACTIVATION_CLIENTS

    link_id: UUID
    revision: Count
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
