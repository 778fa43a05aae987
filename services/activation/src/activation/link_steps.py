"""What an event of a link does to what is known of the pair. Pure: versions beat order.

A version not above the known one says nothing new, whatever comes doubled, late or again.
"""

from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a pair: its current or last link, and the version it is known by."""

    link_id: UUID
    version: int
    active: bool


class Step(Enum):
    NOTHING = auto()
    """Old news, or a link that has already ended."""
    NOTE = auto()
    """The same state by a newer version."""
    LIST = auto()
    """A link begins."""
    RELIST = auto()
    """A link begins, and the known one must have ended: the event that said so is late."""
    DELIST = auto()
    """The active link ends."""
    NOTE_END = auto()
    """A link ends that was never listed here: its beginning is late, and will be old news."""


def on_established(known: Known | None, link_id: UUID, version: int) -> Step:
    if known is None:
        return Step.LIST
    if version <= known.version:
        return Step.NOTHING
    if known.link_id == link_id:
        return Step.NOTE if known.active else Step.NOTHING
    return Step.RELIST if known.active else Step.LIST


def on_ended(known: Known | None, version: int) -> Step:
    if known is None:
        return Step.NOTE_END
    if version <= known.version:
        return Step.NOTHING
    return Step.DELIST if known.active else Step.NOTE_END
