"""Waiting for something that can be observed, with a deadline instead of a sleep."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def until(
    condition: Callable[[], Awaitable[T]],
    deadline: float = ...,
    *,
    every: float = ...,
    what: str = ...,
) -> T: ...
@overload
async def until(
    condition: Callable[[], T],
    deadline: float = ...,
    *,
    every: float = ...,
    what: str = ...,
) -> T: ...
async def until(
    condition: Callable[[], Any],
    deadline: float = 60,
    *,
    every: float = 0.02,
    what: str = "",
) -> Any:
    """Ask `condition` (plain or async) every `every` seconds until its answer is true; return it.

    `deadline` is in seconds and also cuts off an async condition that hangs. Raises TimeoutError,
    which says `what` was waited for. An exception of the condition goes straight to the caller.
    """
    try:
        async with asyncio.timeout(deadline):
            while True:
                answer = condition()
                value = await answer if inspect.isawaitable(answer) else answer
                if value:
                    return value
                await asyncio.sleep(every)
    except TimeoutError as error:
        raise TimeoutError(f"waited {deadline:g} s in vain for {what or condition}") from error
