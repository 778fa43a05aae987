"""What a mail server's answer means for a mail. Source: RFC 5321, section 4.2.1; design.md."""

import re
from dataclasses import dataclass

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b", re.ASCII)
_NOT_ALLOWED = 530  # authentication required (RFC 4954), whatever it answers to


@dataclass(frozen=True, slots=True)
class Sent:
    """The server answered for it. text_digest: of what it took, as `MailSent` says it."""

    text_digest: str


@dataclass(frozen=True, slots=True)
class Later:
    """It may pass. error: without any address, as in all of these."""

    error: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Final for this mail."""

    error: str


@dataclass(frozen=True, slots=True)
class Halted:
    """Not this mail's fault: the server refuses us. Nothing should be sent for a while."""

    error: str


Outcome = Sent | Later | Refused | Halted


def of_answer(stage: str, code: int, text: str) -> Outcome:
    """stage: connect, auth, sender, recipient or message. text: the server's, used for its
    enhanced status code only, since the rest may repeat the address."""
    enhanced = _ENHANCED.search(text[:40])
    error = f"{code} {enhanced[0]} at {stage}" if enhanced else f"{code} at {stage}"
    if not 500 <= code < 600:
        return Later(error)
    if stage in ("recipient", "message") and code != _NOT_ALLOWED:
        return Refused(error)
    return Halted(error)
