"""What all events share."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from contracts.fields import BureauId, Count, Email, Locale, Name, Side, TenantId, UserId
from contracts.topics import Topic


class Part(BaseModel):
    """A part of an event. Unknown fields are ignored, so that producers may add some."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Event(Part):
    """What is said on a topic. The class's name is its `ce_type`."""

    topic: ClassVar[Topic]

    @classmethod
    def type_name(cls) -> str:
        return cls.__name__

    def key(self) -> str:
        """The record's key, which decides its partition and thereby its order."""
        raise TypeError(f"{type(self).__name__} says no key")


class PairEvent(Event):
    """Something happened between one bureau and one client.

    version: grows by one at each change of the pair; who keeps state ignores one not above its own.
    """

    bureau_id: BureauId
    tenant_id: TenantId
    version: Count

    def key(self) -> str:
        return f"{self.bureau_id}:{self.tenant_id}"


class Person(Part):
    """Who acted. side: on whose behalf."""

    user_id: UserId
    name: Name
    side: Side


class Recipient(Part):
    """Who gets a mail, and in which language."""

    user_id: UserId
    name: Name
    email: Email
    locale: Locale = "sv"
