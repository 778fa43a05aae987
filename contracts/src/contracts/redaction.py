"""Text that comes from a record, as it may be shown: without what nobody but its owner may read."""

import re

from contracts.link_token import TOKEN_LENGTH
from contracts.org_number import OrgNumber, OrgNumberError

# Every spelling that OrgNumber reads, blanks left out: they occur in no record of ours.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:18|19|20)?([0-9]{6})[-+]?([0-9]{4})(?![0-9A-Za-z])")
# As long as a link's token, whatever stands before it; nothing else of ours has such a word.
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH},}}")


def redacted(text: str) -> str:
    """The text with sole traders' numbers as `YYMMDD-****`, and without any link's token."""
    return _NUMBER.sub(_masked, _TOKEN.sub("...", text))


def _masked(found: re.Match[str]) -> str:
    try:
        number = OrgNumber(found[1] + found[2])
    except OrgNumberError:
        return found[0]
    return number.masked if number.is_personal else found[0]
