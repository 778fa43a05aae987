"""docs/mails.md says the subjects that the mails have."""

from pathlib import Path

import pytest

from notifier.rendering import LOCALES
from services.notifier.tests.sample_mails import PAIR, SAMPLES

DOCUMENT = Path(__file__).parents[3] / "docs" / "mails.md"
NAMES = {"sv": ("BYRÅN", "KLIENTEN"), "en": ("BUREAU", "CLIENT")}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_document_has_every_subject_and_no_other(locale: str) -> None:
    rows = [line[1:-1].split("|") for line in DOCUMENT.read_text("utf-8").splitlines()]
    told = [row[3 + LOCALES.index(locale)].strip() for row in rows if len(row) == 5][2:]
    bureau, client = NAMES[locale]
    subjects = {
        sample.subject.replace(PAIR["bureau_name"], bureau).replace(PAIR["client_name"], client)
        for sample in SAMPLES
        if sample.locale == locale
    }
    assert sorted(told) == sorted(subjects)


def test_the_pictures_are_there_and_small() -> None:
    shown = [part.partition(")")[0] for part in DOCUMENT.read_text("utf-8").split("](mails/")[1:]]
    folder = DOCUMENT.parent / "mails"
    assert sorted(shown) == sorted(file.name for file in folder.iterdir())
    assert max(file.stat().st_size for file in folder.iterdir()) < 60_000
