"""Swedish organisation numbers: one canonical form for every way people write them (R17).

The rules are those of issue 3 and, for personal identity numbers, of Skatteverket: date of
birth (day + 60 in a coordination number), birth number 001-999, Luhn check digit.
"""

import re
from dataclasses import dataclass
from datetime import date

# Nobody's spelling is longer, and nothing below should walk through a megabyte.
_LONGEST = 40

# What spreadsheets, PDFs and mail clients put where a person typed a blank or a hyphen. A tab or
# a line break is not among them: it means that more than one cell was pasted.
_BLANKS = "\u0020\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_PLAIN = str.maketrans({**dict.fromkeys(_BLANKS), **dict.fromkeys(_HYPHENS, "-")})

# [0-9] and not \d, which takes full-width and Arabic digits too.
_SPELLING = re.compile(r"(16|18|19|20)?([0-9]{6})([-+]?)([0-9]{4})")
_CANONICAL = re.compile(r"[0-9]{10}")

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # digit sums of 0-9 doubled
_CENTURIES = ("18", "19", "20")


class OrgNumberError(ValueError):
    """Not an organisation number; the message is a short reason that never quotes the number."""


def luhn_check_digit(digits: str) -> str:
    """The digit to append to `digits` (nine for an organisation number), by Luhn's formula.

    Raises ValueError unless `digits` is one or more of 0-9.
    """
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueError("digits must be 0-9")
    doubled, single = digits[::-2], digits[-2::-2]  # from the right
    total = sum(_DOUBLED[int(digit)] for digit in doubled) + sum(int(digit) for digit in single)
    return str(-total % 10)


@dataclass(frozen=True, slots=True, repr=False)
class OrgNumber:
    """A valid number in its stored form, so that two spellings of one number are equal.

    `digits` is ten digits. Constructing checks it and raises OrgNumberError, so a number that
    exists is valid. `str()` and `repr()` are masked: a sole trader's number is personal data,
    and a log line or a traceback must not carry it by accident.
    """

    digits: str

    def __post_init__(self) -> None:
        if not isinstance(self.digits, str) or not _CANONICAL.fullmatch(self.digits):
            raise OrgNumberError("must be ten digits")
        if luhn_check_digit(self.digits[:9]) != self.digits[9]:
            raise OrgNumberError("the check digit is wrong")
        if self.is_personal and not _is_personal_number(self.digits, _CENTURIES):
            raise OrgNumberError("neither a legal person's nor a personal identity number")

    @classmethod
    def parse(cls, text: object) -> "OrgNumber":
        """Reads any usual spelling; raises OrgNumberError for everything else, whatever its type.

        Ten digits, or twelve with the prefix 16 (legal person) or the century (person); blanks
        anywhere, one hyphen or dash before the last four, or `+` there for a person over 100.
        """
        if not isinstance(text, str):
            raise OrgNumberError("must be text")
        if len(text) > _LONGEST:
            raise OrgNumberError("too long")
        if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text):
            raise OrgNumberError("contains a control character")
        spelling = _SPELLING.fullmatch(text.translate(_PLAIN))
        if spelling is None:
            raise OrgNumberError("must be ten digits, or twelve that begin with 16, 18, 19 or 20")

        prefix, birth_date, separator, last_four = spelling.groups()
        number = cls(birth_date + last_four)
        if number.is_personal:
            number._check_century(prefix, separator)
        elif prefix not in (None, "16"):
            raise OrgNumberError("a legal person's number has the prefix 16")
        elif separator == "+":
            raise OrgNumberError("only a personal identity number has a plus sign")
        return number

    def _check_century(self, prefix: str | None, separator: str) -> None:
        if prefix == "16":
            raise OrgNumberError("a personal identity number has its century as prefix, not 16")
        centuries: tuple[str, ...] = _CENTURIES if prefix is None else (prefix,)
        if separator == "+":
            # Over 100 years old: not born in this century, until there is reason to say otherwise.
            centuries = tuple(century for century in centuries if century != "20")
        if not _is_personal_number(self.digits, centuries):
            raise OrgNumberError("not a date in that century")

    @property
    def is_personal(self) -> bool:
        """A sole trader's: a month begins with 0 or 1, a legal person's third digit is 2-9."""
        return self.digits[2] < "2"

    @property
    def display(self) -> str:
        """`NNNNNN-NNNN`, in clear."""
        return f"{self.digits[:6]}-{self.digits[6:]}"

    @property
    def masked(self) -> str:
        """`YYMMDD-****` for a sole trader, the display form for everybody else."""
        return f"{self.digits[:6]}-****" if self.is_personal else self.display

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"OrgNumber({self.masked})"


def _is_personal_number(digits: str, centuries: tuple[str, ...]) -> bool:
    """Whether ten digits are a date in one of the centuries, and a birth number above 000."""
    day = int(digits[4:6])
    born_on = day - 60 if day > 60 else day
    return digits[6:9] != "000" and any(
        _is_date(int(century + digits[:2]), int(digits[2:4]), born_on) for century in centuries
    )


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
