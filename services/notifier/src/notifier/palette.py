"""The mails' colours in both schemes, the same as those of the pages that their links lead to.

A test holds every text against the ground it stands on: contrast of at least 4.5 (WCAG 2.2, AA).
"""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "text": "#1b1f23",
    "soft": "#4f5862",
    "page": "#f5f6f8",
    "card": "#ffffff",
    "line": "#d5d9de",
    "act": "#0b5d46",
    "on_act": "#ffffff",
}
DARK: Mapping[str, str] = {
    "text": "#e9ecef",
    "soft": "#a9b2bc",
    "page": "#14171a",
    "card": "#1e2327",
    "line": "#3a424a",
    "act": "#5ed3ab",
    "on_act": "#06241a",
}
