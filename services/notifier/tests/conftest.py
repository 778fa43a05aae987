"""A running notifier with a mail server of its own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from notifier.app import build
from notifier.settings import NotifierSettings
from services.notifier.tests.events import LINK_KEYS, PUBLIC_URL, Notifier
from tests.support.harness import Harness
from tests.support.smtp_sink import SmtpSink


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    async with SmtpSink() as sink:
        yield sink


@pytest.fixture
def given(sink: SmtpSink) -> dict[str, Any]:
    """The settings of a notifier under test."""
    return {
        "smtp_url": sink.url,
        "mail_from": "Koppla <no-reply@koppla.example>",
        "public_url": PUBLIC_URL,
        "link_keys": LINK_KEYS,
        "mail_retry_first": "1s",
    }


@pytest.fixture
async def notifier(
    harness: Harness, sink: SmtpSink, given: dict[str, Any]
) -> AsyncIterator[Notifier]:
    async with harness.running("notifier", NotifierSettings, build, **given) as running:
        yield Notifier(running, harness.broker, sink)
