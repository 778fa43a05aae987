"""What to do where activation has heard of a link something else than linking knows. Pure.

A link that activation has heard of was there, since only linking could say so; and one that has
ended never begins again, whoever knows of its end.
"""

from enum import Enum, auto


class Act(Enum):
    TAKE_LINK = auto()
    """Linking has lost the link: it is linking's again."""
    TAKE_ENDED = auto()
    """Linking has lost the link, and people have ended since what they had made in its stead."""
    TAKE_END = auto()
    """Linking has lost the link's end."""
    SAY_AGAIN = auto()
    """What linking knows stands, and has to be said above the version that was heard."""


def act(*, known: bool | None, heard: bool, other_active: bool, ended_since: bool = False) -> Act:
    """known: whether linking has the link as active; None where it has no such link. heard: whether
    activation has it as active. other_active: whether linking has another one that is active.
    ended_since: whether another one has ended since this one began."""
    if known is None:
        if other_active:
            return Act.SAY_AGAIN
        return Act.TAKE_ENDED if heard and ended_since else Act.TAKE_LINK
    return Act.TAKE_END if known and not heard else Act.SAY_AGAIN
