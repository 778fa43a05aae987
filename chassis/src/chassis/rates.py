"""Rates: how many in how long a time, as settings say it and as refusals answer it."""

import math
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from chassis.problems import Refused
from chassis.telemetry import Metrics
from contracts.problem_codes import Code

_UNITS = {"h": "hours", "m": "minutes", "s": "seconds"}
_OFF = ("0", "off")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `window`."""

    count: int
    window: timedelta


def _rate(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value in _OFF:
        return None
    match = re.fullmatch(r"([0-9]{1,9})/([0-9]{0,4})([hms])", value, re.ASCII)
    if match is not None:
        count, length = int(match[1]), int(match[2] or 1)
        if count and length:
            return Rate(count, timedelta(**{_UNITS[match[3]]: length}))
    raise ValueError(
        "must be a whole number, a slash and a length of time, for example 120/m or 2000/24h;"
        " 0 or off for no limit"
    )


RateSetting = Annotated[Rate | None, NoDecode, BeforeValidator(_rate)]
"""A limit: `120/m`, which is `120/1m`, or `2000/24h`, with the units of a Duration. None, written
`0` or `off`: no limit."""


def too_many(metrics: Metrics, limit: str, wait: timedelta, detail: str | None = None) -> Refused:
    """RATE_LIMITED, counted under the limit's name. wait: until it may go well again."""
    metrics.rate_limited.labels(metrics.service, limit).inc()
    seconds = max(1, math.ceil(wait.total_seconds()))
    return Refused(Code.RATE_LIMITED, detail, headers={"Retry-After": str(seconds)})
