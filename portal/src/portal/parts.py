"""Parts of a page that can't be had leave the rest of it standing."""

from collections.abc import Awaitable
from typing import TypeVar

from portal.gateway.refusals import Refused, Unavailable

T = TypeVar("T")


async def had(asked: Awaitable[T]) -> T | Unavailable:
    """What was asked for, or that it can't be had now. A refusal is raised as it is: it says
    something of the person, and not of the part."""
    try:
        return await asked
    except Unavailable as error:
        return error


async def listed(asked: Awaitable[T]) -> T | None:
    """A client of one of the bureau's lists; None where it is not in it."""
    try:
        return await asked
    except Refused as refused:
        if refused.code == "CLIENT_NOT_FOUND":
            return None
        raise


def missing(part: object) -> bool:
    """For templates: whether this could not be had."""
    return isinstance(part, Unavailable)
